import type { failures as english } from '../en/failures.ts'
import { plurals } from '../plural.ts'

const counted = plurals('es-US')

export const failures: typeof english = {
  required: {
    address: 'Escriba su correo electrónico.',
    passphrase: 'Escriba su frase de acceso.',
    code: 'Escriba el código.',
    answer: 'Escriba el código de su clínica.',
    year: 'Escriba su fecha de nacimiento.',
    text: 'Escriba su mensaje.',
    words: 'Escriba una palabra que buscar.',
    city: 'Elija su país, o la ciudad más cercana a usted.',
    knowsThem: 'Elija sí o no: ¿conoce a la persona?',
    mayContact: 'Elija sí o no: ¿puede comunicarse quien lo envió?',
  },
  improve: {
    address: 'Escriba un correo completo, como nombre@example.com.',
    passphrase: 'Elija al menos 8 letras, y no algo que usa mucha gente.',
    text: 'Revise su mensaje. Quizás es muy largo.',
    words: 'Use menos palabras: 8 como máximo, y 100 letras.',
    files: 'Elija otros archivos. Quizás son muy grandes o de un tipo que no podemos recibir.',
    label: 'Use un nombre corto, como “mi teléfono”. Puede tener 60 letras como máximo.',
  },
  anyField: {
    empty: 'Por favor llene esto o elija una opción.',
    long: 'Esto es muy largo. Use menos letras.',
    unlisted: 'Por favor elija una opción de la lista.',
  },
  refused: {
    invalid: 'Algo todavía no está bien.',
    malformed: 'No pudimos leer este formulario. Por favor intente de nuevo.',
    too_large: 'Es muy grande. Puede enviar hasta 20 MB.',
    unsupported_type: 'No podemos recibir un archivo de este tipo.',
    wrong_origin: 'Esta página estuvo abierta mucho tiempo. Por favor pulse el botón de nuevo.',
    wrong_code: 'No es correcto o es muy viejo. Por favor revíselo e intente de nuevo.',
    wrong_sign_in: 'No coincide. Por favor revíselo e intente de nuevo.',
    too_many_attempts:
      'Hubo demasiados intentos fallidos y esta forma de entrar quedó desactivada. Sus mensajes están a salvo. Use otra forma de entrar o llame a su clínica.',
    confirmation_required: 'Primero tenemos que ver que es usted.',
    conflict: 'Algo cambió. Por favor mírelo de nuevo.',
    idempotency_key_reused:
      'Ya envió este formulario antes, con otras palabras. Para enviar esto también, pulse el botón de nuevo.',
    no_space: 'Ahora no tenemos espacio para archivos. Envíe su texto sin archivos, o intente más tarde.',
  },
  notNow: {
    too_many_attempts: when =>
      `Hubo demasiados intentos fallidos. Sus mensajes están a salvo. Puede intentar de nuevo ${when}. O use otra forma de entrar.`,
    too_many_requests: when => `Fue mucho en poco tiempo. No se perdió nada. Por favor intente de nuevo ${when}.`,
    busy: when => `Estamos ocupados. No se perdió nada. Por favor intente de nuevo ${when}.`,
    unavailable: when => `Esto no funciona en este momento. No se perdió nada. Por favor intente de nuevo ${when}.`,
  },
  wait: {
    seconds: counted({ one: 'en # segundo', many: 'en # de segundos', other: 'en # segundos' }),
    minutes: counted({ one: 'en # minuto', many: 'en # de minutos', other: 'en # minutos' }),
  },

  failure: {
    notFound: {
      title: 'Esta página no está aquí',
      text: 'El enlace puede ser viejo o de otra persona. No se perdió nada. Puede empezar en sus mensajes.',
    },
    forbidden: {
      title: 'Usted no puede usar esta página',
      text: 'Esta página es para otras personas. Si cree que es un error, pida ayuda.',
    },
    signIn: {
      title: 'Su sesión se cerró',
      text: 'Pasó un tiempo, así que la cerramos para protegerle. Abajo está lo que escribió. Cópielo, entre de nuevo y péguelo.',
    },
    stale: {
      title: 'Esta página estuvo abierta mucho tiempo',
      text: 'No se cambió nada. Por favor vuelva atrás, cargue la página de nuevo y pulse el botón otra vez.',
    },
    busy: { title: 'Estamos ocupados', text: 'No se perdió nada. Es culpa nuestra, no suya.' },
    tooFast: {
      title: 'Por favor espere un poco',
      text: 'Fue mucho en poco tiempo y necesitamos una pausa corta. No se perdió nada.',
    },
    unknown: {
      title: 'Algo salió mal',
      text: 'Es culpa nuestra, no suya. Por favor espere un minuto e intente de nuevo. Si sigue, llame a su clínica.',
    },
    other: { title: 'Esto no funcionó', text: 'No se cambió nada. Vuelva e intente de nuevo.' },
    when: when => `Puede intentar de nuevo ${when}.`,
    again: 'Intentar de nuevo',
    kept: 'Lo que escribió',
    reference: 'Si nos llama, diga esto:',
    start: 'Ir al inicio',
    signInGo: 'Entrar',
  },
}
