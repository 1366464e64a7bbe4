/** The words of help and privacy. */
export const help = {
  help: {
    title: 'Help and privacy',
    real: 'Is this real?',
    realText: [
      'Yes, if you came here from a letter or a call from your clinic. You can check it.',
      'Call your clinic. Use a phone number that you know, not one from an e-mail.',
      'Look at the address at the top of your browser. It must be the same as here:',
      'We will never ask for money, for your bank card, or for your passphrase by e-mail.',
    ],
    why: 'Why is the message not in my e-mail?',
    whyText: 'E-mail can be read by others on its way. Your message is about you, so we keep it locked here until you come.',
    in: 'I cannot sign in',
    inText: 'We list all the ways to get in. One of them is a phone call.',
    inGo: 'Ways to get in',
    who: 'Who can see what I do?',
    whoText: [
      'The sender can see when you sign in, when you open a message, and when you get a file from it.',
      'We keep a record of this for at least six years. The law asks for it.',
      'We do not sell anything about you. There are no ads, and no one else watches you here.',
    ],
    long: 'How long can I read a message?',
    longText: 'Each message shows a date. When that date is over, you can ask for more time. Your clinic keeps its own copy.',
    other: 'Can I get it another way?',
    otherText:
      'Yes. Your clinic can mail it to you, read it to you on the phone, or give it to you when you visit. Just ask them.',
    emergency: 'Not for emergencies',
    emergencyText: 'If you feel very ill or are in danger, call 911.',
  },
}
