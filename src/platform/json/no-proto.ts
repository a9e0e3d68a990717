import { z } from 'zod'

/**
 * A schema that takes members of any name, and loses none: zod leaves one that is named `__proto__` out of records and of
 * objects that are open, unsaid. It is refused here, by its name.
 */
export const noProto = <S extends z.ZodType>(schema: S) =>
  z.preprocess((sent, context) => {
    if (typeof sent === 'object' && sent !== null && Object.hasOwn(sent, '__proto__')) {
      context.addIssue({ code: 'custom', path: ['__proto__'], message: 'no member can have this name' })
    }
    return sent
  }, schema)
