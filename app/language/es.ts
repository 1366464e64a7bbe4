import type { Catalogue } from './en.ts'
import { answering } from './es/answering.ts'
import { cookies } from './es/cookies.ts'
import { enrolling } from './es/enrolling.ts'
import { failures } from './es/failures.ts'
import { help } from './es/help.ts'
import { preferences } from './es/preferences.ts'
import { reading } from './es/reading.ts'
import { settings } from './es/settings.ts'
import { signingIn } from './es/signing-in.ts'

/** The same words in Spanish, as spoken in the United States; "usted" throughout. */
export const es: Catalogue = {
  portal: 'Mensajes seguros',
  skip: 'Ir a la parte principal',
  menu: 'Menú',
  nav: {
    messages: 'Mis mensajes',
    account: 'Mis ajustes',
    help: 'Ayuda',
    signOut: 'Salir',
    signIn: 'Entrar',
    sent: 'Enviados',
    replies: 'Respuestas',
    compose: 'Mensaje nuevo',
    trail: 'Registro de auditoría',
  },
  signedInAs: name => `Ha entrado como ${name}`,
  footer: {
    emergency: 'No es para emergencias. Si está en peligro, llame al 911.',
    help: 'Ayuda y privacidad',
    display: 'Letra y colores',
  },
  problem: {
    title: 'Por favor revise esto',
    error: 'Error:',
    filesAgain: '¿Agregó archivos? Por favor agréguelos otra vez.',
  },
  optional: '(puede dejarlo vacío)',
  back: 'Volver',
  goOn: 'Continuar',
  cancel: 'Volver',
  callUs: (organization, phone) => (organization ? `Llame a ${organization} al ${phone}` : `Llámenos al ${phone}`),
  callUnlisted: organization => `Llame a ${organization || 'su clínica'}. El número está en su tarjeta o en una carta de ellos.`,

  ...signingIn,
  ...enrolling,
  ...cookies,

  signedOut: 'Ha salido. Puede cerrar esta página.',
  ...reading,
  ...answering,
  ...settings,
  ...preferences,
  ...help,
  ...failures,
}
