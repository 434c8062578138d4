/**
 * Returns a function that prints debug lines by namespace. `selection` is the value of DEBUG; the
 * debug library is loaded only if it names HAOS.
 */
export function createLog(selection: string | undefined): (area: string, message: string) => void {
  if (!selection || !/haos|\*/.test(selection)) return () => {};
  const loading = import('debug').then(({ default: createDebug }) => {
    createDebug.enable(selection);
    return createDebug;
  });
  return (area, message) => void loading.then((createDebug) => createDebug(`haos:${area}`)('%s', message));
}
