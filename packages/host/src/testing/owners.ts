import type { Store } from '../files/store.js';
import type { Owner } from '../types.js';

/**
 * Returns a store that remembers owners instead of setting them, so that tests can check owners
 * without root.
 */
export function rememberOwners(store: Store): Store {
  const owners = new Map<string, Owner>();
  const remember = (path: string, owner: Owner | undefined) => {
    if (owner) owners.set(path, owner);
  };
  const forget = (path: string) => {
    for (const known of owners.keys()) {
      if (known === path || known.startsWith(`${path}/`)) owners.delete(known);
    }
  };
  const unowned = { owner: undefined };
  return {
    ...store,
    keepsOwners: true,
    lstat(path) {
      const stat = store.lstat(path);
      return stat && { ...stat, ...(owners.get(path) ?? store.defaultOwner) };
    },
    writeFile(path, content, attributes) {
      store.writeFile(path, content, { ...attributes, ...unowned });
      forget(path);
      remember(path, attributes.owner);
    },
    async copyFile(from, path, options) {
      const copied = await store.copyFile(from, path, { ...options, ...unowned });
      forget(path);
      remember(path, options.owner);
      return copied;
    },
    move(from, path) {
      store.move(from, path);
      for (const [known, owner] of [...owners]) {
        if (known === from || known.startsWith(`${from}/`))
          owners.set(path + known.slice(from.length), owner);
      }
      forget(from);
    },
    makeDirectory(path, attributes) {
      if (!store.makeDirectory(path, { ...attributes, ...unowned })) return false;
      remember(path, attributes.owner);
      return true;
    },
    link(path, target) {
      store.link(path, target);
      forget(path);
    },
    remove(path) {
      store.remove(path);
      forget(path);
    },
    setAttributes(path, attributes) {
      store.setAttributes(path, { ...attributes, ...unowned });
      remember(path, attributes.owner);
    },
  };
}
