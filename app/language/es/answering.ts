import type { answering as english } from '../en/answering.ts'

export const answering: typeof english = {
  reply: {
    title: 'Contestar',
    emergency: 'No es para emergencias',
    emergencyText: 'Pueden pasar días hasta que alguien lea esto. Si se siente muy mal o está en peligro, llame ahora al 911.',
    to: name => `Para ${name}`,
    label: 'Su mensaje',
    files: 'Agregar archivos',
    filesHint: 'Fotos o papeles, hasta 20 MB en total.',
    check: 'Léalo una vez más antes de enviarlo.',
    send: 'Enviar',
    done: 'Su mensaje fue enviado. Recibirá un correo cuando haya una respuesta.',
  },
}
