import type { help as english } from '../en/help.ts'

export const help: typeof english = {
  help: {
    title: 'Ayuda y privacidad',
    real: '¿Esto es verdadero?',
    realText: [
      'Sí, si llegó aquí por una carta o una llamada de su clínica. Puede comprobarlo.',
      'Llame a su clínica. Use un número que ya conoce, no uno de un correo.',
      'Mire la dirección arriba en su navegador. Debe ser la misma que aquí:',
      'Nunca le pediremos dinero, su tarjeta de banco ni su frase de acceso por correo.',
    ],
    why: '¿Por qué el mensaje no está en mi correo?',
    whyText:
      'Otros pueden leer un correo en su camino. Su mensaje trata de usted, así que lo guardamos aquí con llave hasta que venga.',
    in: 'No puedo entrar',
    inText: 'Le mostramos todas las formas de entrar. Una de ellas es una llamada.',
    inGo: 'Formas de entrar',
    who: '¿Quién puede ver lo que hago?',
    whoText: [
      'Quien lo envió puede ver cuándo entra, cuándo abre un mensaje y cuándo baja un archivo.',
      'Guardamos un registro de esto al menos seis años. La ley lo pide.',
      'No vendemos nada sobre usted. No hay anuncios y nadie más le observa aquí.',
    ],
    long: '¿Hasta cuándo puedo leer un mensaje?',
    longText: 'Cada mensaje muestra una fecha. Después puede pedir más tiempo. Su clínica guarda su propia copia.',
    other: '¿Puedo recibirlo de otra forma?',
    otherText: 'Sí. Su clínica puede enviarlo por correo postal, leerlo por teléfono o dárselo en su visita. Solo pídalo.',
    emergency: 'No es para emergencias',
    emergencyText: 'Si se siente muy mal o está en peligro, llame al 911.',
  },
}
