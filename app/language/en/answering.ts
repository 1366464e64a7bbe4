/** The words of writing back. */
export const answering = {
  reply: {
    title: 'Write back',
    emergency: 'Not for emergencies',
    emergencyText: 'It can take days until someone reads this. If you feel very ill or are in danger, call 911 now.',
    to: (name: string) => `To ${name}`,
    label: 'Your message',
    files: 'Add files',
    filesHint: 'Photos or papers, up to 20 MB in all.',
    check: 'Read it once more before you send it.',
    send: 'Send',
    done: 'Your message was sent. You will get an e-mail when there is an answer.',
  },
}
