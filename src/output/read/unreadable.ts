/** In place of a value that cannot be read: reading stops there. */
export const UNREADABLE = Symbol('unreadable')
