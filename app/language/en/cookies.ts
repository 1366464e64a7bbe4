/** The words for a browser that keeps nothing of what it is given. */
export const cookies = {
  noCookies: {
    title: 'Your browser does not keep cookies',
    invited: 'Your invitation needs cookies',
    text: 'To let you in, this site leaves a short note in your browser. It is called a cookie. Your browser did not keep it, so we cannot let you in.',
    why: 'We need it only to know you from one page to the next. We do not use it to watch you.',
    doTitle: 'What you can do',
    allow: 'Open the settings of your browser. Look for “cookies”. Allow them for this site:',
    otherwise: [
      'Do you use a private window? Then try a normal one.',
      'Do you use a text browser? Say yes when it asks about cookies.',
      'Or use some other browser, phone or computer.',
    ],
    again: 'Try again',
    call: 'If it still does not work, call your clinic. They can read your message to you or mail it.',
    ask: 'If it still does not work, ask the person who invited you. Your invitation is not used up.',
    hint: 'Does this page come back each time? Then your browser may not keep cookies.',
    hintGo: 'What to do then',
    notKept: 'Your browser did not keep what you chose, because it does not keep cookies.',
  },
}
