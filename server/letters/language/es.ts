import type { AccountChange } from '../letter.ts'
import type { Block, Letters } from '../words.ts'

const rules = new Intl.PluralRules('es')
/** Whether what is said of one is said of so many. */
const isOne = (count: number): boolean => rules.select(count) === 'one'

const CHANGES: Record<AccountChange, string> = {
  passkey_added: 'Se añadió una llave de acceso',
  passphrase_added: 'Se creó una nueva frase de acceso',
  authenticator_added: 'Se añadió una aplicación de códigos',
  printed_codes_added: 'Se imprimieron códigos nuevos',
  passkey_removed: 'Se quitó una llave de acceso',
  passphrase_removed: 'Se quitó la frase de acceso',
  authenticator_removed: 'Se quitó una aplicación de códigos',
  printed_codes_removed: 'Se quitaron los códigos impresos',
  way_in_switched_off: 'Se desactivó una forma de entrar tras demasiados intentos fallidos',
  way_in_switched_on: 'Su clínica nos pidió activar de nuevo sus formas de entrar',
  ways_in_removed: 'Se quitaron todas sus formas de entrar, para que pueda crear otras',
  recovery_cancelled: 'Se detuvo el regreso a su cuenta con un código',
  recovery_completed: 'Alguien volvió a entrar con un código y creó una nueva forma de entrar',
}

const callUs = (organization: string, phone: string): Block[] =>
  phone === '' ? [] : [{ text: `¿Necesita ayuda? Llame a ${organization || 'su equipo de salud'}: ${phone}` }]

const NOT_YOU =
  '¿No es usted? Si no sabe quién lo envió, abra el enlace y elija «Esto no es para mí». Para eso no hace falta entrar.'
const NO_REMINDERS = '¿No quiere recordatorios? Entre, abra «Mis ajustes» y elija «Sin recordatorios».'

/** Spanish, in the polite form. */
export const es: Letters = {
  notice({ count, organization, phone, link, host, until }) {
    const from = organization || 'su equipo de salud'
    const one = isOne(count)
    const news = one ? `Tiene un mensaje nuevo de ${from}` : `Tiene ${count} mensajes nuevos de ${from}`
    return {
      subject: news,
      blocks: [
        { text: 'Hola:' },
        { text: `${news}.` },
        {
          text: one
            ? 'Está guardado de forma segura en nuestro sitio. No lo enviamos por correo electrónico, porque otros podrían leerlo en el camino.'
            : 'Están guardados de forma segura en nuestro sitio. No los enviamos por correo electrónico, porque otros podrían leerlos en el camino.',
        },
        { text: `Para ${one ? 'leerlo' : 'leerlos'}, abra este enlace:` },
        { link },
        { text: `O abra su navegador y escriba: ${host}` },
        { text: `Puede ${one ? 'leerlo' : 'leerlos'} hasta el ${until}.` },
        ...callUs(organization, phone),
        { text: NOT_YOU },
      ],
    }
  },

  reminder({ count, organization, phone, link, host, until }) {
    const from = organization || 'su equipo de salud'
    const one = isOne(count)
    return {
      subject: one ? `Su mensaje de ${from} sigue aquí` : `${count} mensajes de ${from} siguen aquí`,
      blocks: [
        { text: 'Hola:' },
        {
          text: one
            ? `Un mensaje de ${from} sigue aquí para usted. Todavía no lo ha abierto.`
            : `${count} mensajes de ${from} siguen aquí para usted. Todavía no los ha abierto.`,
        },
        { text: `Para ${one ? 'leerlo' : 'leerlos'}, abra este enlace:` },
        { link },
        { text: `O abra su navegador y escriba: ${host}` },
        { text: `Puede ${one ? 'leerlo' : 'leerlos'} hasta el ${until}.` },
        ...callUs(organization, phone),
        { text: NO_REMINDERS },
        { text: NOT_YOU },
      ],
    }
  },

  expiryWarning({ count, organization, phone, link, host, until }) {
    const from = organization || 'su equipo de salud'
    const one = isOne(count)
    return {
      subject: one ? `Puede leer un mensaje de ${from} 3 días más` : `Puede leer ${count} mensajes de ${from} 3 días más`,
      blocks: [
        { text: 'Hola:' },
        {
          text: one
            ? `Pronto se acaba el tiempo para leer un mensaje de ${from}.`
            : `Pronto se acaba el tiempo para leer ${count} mensajes de ${from}.`,
        },
        { text: one ? `Puede leerlo hasta el ${until}.` : `Puede leer el primero de ellos hasta el ${until}.` },
        { text: `¿Quiere ${one ? 'guardarlo' : 'guardarlos'}? Imprima o guarde una copia antes. Abra este enlace:` },
        { link },
        { text: `O abra su navegador y escriba: ${host}` },
        { text: 'Cuando se acabe el tiempo, allí puede pedir más.' },
        ...callUs(organization, phone),
        { text: NO_REMINDERS },
        { text: NOT_YOU },
      ],
    }
  },

  code({ code, reference, minutes, organization, phone, host }) {
    return {
      subject: `Su código para ${host} (${reference})`,
      blocks: [
        { text: 'Hola:' },
        { text: 'Este es el código que pidió:' },
        { code },
        { text: `Escríbalo en la página que muestra ${reference}. Sirve durante ${minutes} minutos y una sola vez.` },
        { text: 'No dé este código a nadie. Nunca le llamaremos para pedírselo.' },
        { text: '¿No es usted? Si no pidió un código, no tiene que hacer nada. Sus mensajes están seguros.' },
        ...callUs(organization, phone),
      ],
    }
  },

  accountChange({ change, at, organization, phone, host }) {
    return {
      subject: `Un cambio en cómo inicia sesión en ${host}`,
      blocks: [
        { text: 'Hola:' },
        { text: `Cambió la forma en que usted inicia sesión en ${host}.` },
        { text: `${CHANGES[change]} el ${at}.` },
        {
          text:
            change === 'recovery_completed'
              ? '¿Fue usted? Si perdió un teléfono, abra «Mis ajustes» y quite su llave de acceso.'
              : '¿Fue usted? Entonces no tiene que hacer nada.',
        },
        {
          text: `¿No fue usted? Entonces alguien más pudo haber entrado. ${phone === '' ? 'Avísenos' : 'Llámenos'} cuanto antes.`,
        },
        ...callUs(organization, phone),
      ],
    }
  },

  recoveryStarted({ link, fromClinic, at, opensAt, until, organization, phone, host }) {
    return {
      subject: `Alguien quiere volver a entrar en ${host}`,
      blocks: [
        { text: 'Hola:' },
        {
          text: fromClinic
            ? `Alguien pidió a ${organization || 'su clínica'} un código para volver a entrar en ${host}. Lo recibió el ${at}.`
            : `Alguien usó uno de sus códigos impresos para volver a entrar en ${host}. Fue el ${at}.`,
        },
        { text: '¿Fue usted? Entonces espere, por favor. Esta espera le protege.' },
        { text: `Vuelva el ${opensAt}. Tiene tiempo hasta el ${until}. Traiga el mismo código. Lo necesitará entonces.` },
        { text: '¿No fue usted? Entonces deténgalo ahora. Abra este enlace y pulse el botón de la página:' },
        { link },
        ...callUs(organization, phone),
      ],
    }
  },

  newSignIn({ link, at, organization, phone, host }) {
    return {
      subject: `Nuevo inicio de sesión en ${host}`,
      blocks: [
        { text: 'Hola:' },
        { text: `Alguien entró en ${host} con su cuenta el ${at}.` },
        { text: 'No habíamos visto antes ese teléfono, computadora o navegador.' },
        { text: '¿Fue usted? Entonces no tiene que hacer nada.' },
        { text: '¿No fue usted? Entonces alguien más pudo haber entrado. Abra este enlace. Le muestra cómo cerrarle el paso:' },
        { link },
        ...callUs(organization, phone),
      ],
    }
  },

  invitation({ link, organization, until, host }) {
    return {
      subject: `Invitación a ${host}`,
      blocks: [
        { text: 'Hola:' },
        { text: `${organization || 'Su clínica'} le invita a su sitio de mensajes seguros en ${host}.` },
        { text: 'Para elegir cómo entrar, abra este enlace:' },
        { link },
        { text: `El enlace sirve una sola vez, hasta el ${until}. No lo comparta.` },
        { text: '¿No es usted? Entonces no tiene que hacer nada.' },
      ],
    }
  },

  replyWaiting({ link, organization, host }) {
    return {
      subject: 'Una respuesta le espera',
      blocks: [
        { text: 'Hola:' },
        { text: `Alguien respondió a un mensaje de ${organization || 'su clínica'}.` },
        { text: 'Para leer la respuesta, abra este enlace y entre:' },
        { link },
        { text: `O abra su navegador y escriba: ${host}` },
        { text: '¿No es usted? Entonces no tiene que hacer nada.' },
      ],
    }
  },

  moreTimeAsked({ link, organization, host }) {
    return {
      subject: 'Alguien pide más tiempo',
      blocks: [
        { text: 'Hola:' },
        { text: `Alguien no pudo leer a tiempo un mensaje de ${organization || 'su clínica'}. Pide más tiempo.` },
        { text: 'Para darle una fecha nueva, abra este enlace y entre:' },
        { link },
        { text: `O abra su navegador y escriba: ${host}` },
        { text: '¿No es usted? Entonces no tiene que hacer nada.' },
      ],
    }
  },

  moreTimeGiven({ organization, phone, link, host, until }) {
    const from = organization || 'su equipo de salud'
    return {
      subject: `Tiene más tiempo para leer un mensaje de ${from}`,
      blocks: [
        { text: 'Hola:' },
        { text: `Usted pidió más tiempo para leer un mensaje de ${from}. Ya lo tiene.` },
        { text: `Puede leer el mensaje hasta el ${until}. Abra este enlace:` },
        { link },
        { text: `O abra su navegador y escriba: ${host}` },
        ...callUs(organization, phone),
        { text: NOT_YOU },
      ],
    }
  },

  notForMe({ link, organization, host }) {
    return {
      subject: 'Un mensaje pudo llegar a la persona equivocada',
      blocks: [
        { text: 'Hola:' },
        { text: `Alguien dice que un mensaje de ${organization || 'su clínica'} no es para esa persona. Ya no lo puede ver.` },
        { text: 'Para ver qué mensaje es, y qué se vio de él, abra este enlace y entre:' },
        { link },
        { text: `O abra su navegador y escriba: ${host}` },
        { text: 'Por favor revise la dirección a la que se envió. Puede retirar el mensaje en la misma página.' },
      ],
    }
  },
}
