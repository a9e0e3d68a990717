/** Whether a body begins as JSON does, and as no event stream may. */
export const isJson = (text: string): boolean => /^\s*[{[]/.test(text)
