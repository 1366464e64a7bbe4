import type { settings as english } from '../en/settings.ts'

export const settings: typeof english = {
  account: {
    title: 'Mis ajustes',
    ways: 'Cómo entra usted',
    kinds: {
      passkey: 'Llave de acceso',
      passphrase: 'Frase de acceso',
      totp: 'Aplicación en su teléfono',
      printed_code: 'Códigos impresos',
    },
    added: when => `Agregado el ${when}`,
    used: when => `Último uso: ${when}`,
    neverUsed: 'Sin usar todavía',
    remove: 'Quitar',
    removed: 'Lo quitamos y le avisamos por correo.',
    onlyWay: 'No lo quitamos, porque sin eso no podría entrar. Agregue antes otra forma de entrar.',
    addPasskey: 'Agregar una llave de acceso',
    newCodes: 'Recibir nuevos códigos impresos',
    newPassphrase: 'Cambiar mi frase de acceso',
    changed: 'Su frase de acceso está cambiada.',
    stopped: 'Está detenido. Ahora nadie puede entrar por este camino. Por favor pida nuevos códigos impresos.',
    devices: 'Dónde ha entrado',
    thisOne: 'Este teléfono o computadora',
    other: 'Otro teléfono o computadora',
    since: when => `Entró: ${when}`,
    seen: when => `Visto por última vez: ${when}`,
    end: 'Cerrar ahí',
    ended: 'Está cerrado.',
    everywhere: 'Salir en todas partes',
    everywhereText: 'Úselo si perdió un teléfono o si cree que alguien más entró.',
    language: 'Idioma',
    change: 'Cambiar idioma',
  },
  language: {
    title: 'Idioma',
    text: 'Elija el idioma de estas páginas. Sus mensajes quedan en el idioma en que se escribieron.',
    save: 'Guardar',
    saved: 'El idioma está cambiado.',
  },

  timeOut: {
    note: 'Para protegerle, cerramos su sesión cuando no hace nada por 15 minutos.',
    title: '¿Sigue ahí?',
    text: 'Cerraremos su sesión en 2 minutos para protegerle.',
    stay: 'Sí, quiero seguir',
  },
}
