/** All that the guide gives to the user of Redis, as rules of `ACL SETUSER`. */
export const GIVEN_RIGHTS = ['on', '~*', '&*', '+@all', '-@dangerous', '+info', '+cluster'] as const

/** Rights as an operator may take them away, by mistake: whole ones, so that no script stops half-way. */
export const TAKEN_RIGHTS = [
  { form: 'all commands', rules: ['-@all'] },
  { form: 'scripts', rules: ['-@scripting'] },
  { form: 'EVALSHA', rules: ['-evalsha'] },
  { form: 'writing', rules: ['-@write'] },
  { form: 'reading', rules: ['-@read'] },
  { form: 'blocking', rules: ['-@blocking'] },
  { form: 'publishing', rules: ['-publish', '-spublish'] },
  { form: 'channels', rules: ['resetchannels'] },
  { form: 'keys', rules: ['resetkeys'] },
  // Redis asks for it only when a connection is made, so these are broken, too.
  { form: 'login', rules: ['off'], cutOff: true },
] as const
