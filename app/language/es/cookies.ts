import type { cookies as english } from '../en/cookies.ts'

/** The words for a browser that keeps nothing of what it is given. */
export const cookies: typeof english = {
  noCookies: {
    title: 'Su navegador no guarda cookies',
    invited: 'Su invitación necesita cookies',
    text: 'Para dejarle entrar, este sitio pone una nota corta en su navegador. Se llama cookie. Su navegador no la guardó, y así no podemos dejarle entrar.',
    why: 'La necesitamos solo para reconocerle de una página a la siguiente. No la usamos para vigilarle.',
    doTitle: 'Qué puede hacer',
    allow: 'Abra la configuración de su navegador. Busque “cookies”. Permítalas para este sitio:',
    otherwise: [
      '¿Usa una ventana privada? Pruebe con una ventana normal.',
      '¿Usa un navegador de texto? Diga que sí cuando le pregunte por las cookies.',
      'O use otro navegador, otro teléfono u otra computadora.',
    ],
    again: 'Intentar de nuevo',
    call: 'Si aún no funciona, llame a su clínica. Pueden leerle su mensaje o enviarlo por correo postal.',
    ask: 'Si todavía no funciona, pregunte a la persona que le invitó. Su invitación sigue siendo válida.',
    hint: '¿Vuelve esta página cada vez? Entonces es posible que su navegador no guarde cookies.',
    hintGo: 'Qué hacer entonces',
    notKept: 'Su navegador no guardó lo que eligió, porque no guarda cookies.',
  },
}
