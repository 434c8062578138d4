/** The name of a firmware of iwlwifi: the card, and the version of the interface. */
const NAME = /^(iwlwifi-.+)-(\d+)\.ucode$/;

/**
 * Returns the firmware of Intel's wireless cards that a kernel never loads. `requested`: the names
 * that its modules declare, with the newest version of each card. The driver tries that version,
 * then the next lower one, and so on (iwl-drv.c). Keeps all versions for a card that no module
 * declares.
 */
export function findUnusedWifi(present: readonly string[], requested: readonly string[]): string[] {
  const newest = new Map(requested.map(parse).map(({ card, version }) => [card, version]));
  const firmware = present.map(parse).filter(({ card }) => newest.has(card));
  const isLoaded = ({ card, version }: Firmware) => {
    const usable = firmware.filter(
      (other) => other.card === card && other.version <= (newest.get(card) ?? 0),
    );
    return version === Math.max(...usable.map((other) => other.version));
  };
  return firmware.filter((one) => one.card !== '' && !isLoaded(one)).map(({ name }) => name);
}

interface Firmware {
  name: string;
  /** Empty: another file. */
  card: string;
  version: number;
}

function parse(name: string): Firmware {
  const [, card = '', version = '0'] = NAME.exec(name) ?? [];
  return { name, card, version: Number(version) };
}
