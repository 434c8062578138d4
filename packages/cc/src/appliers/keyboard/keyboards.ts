import leven from 'leven';

/**
 * The keyboard layouts that the image has, by the names that loadkeys(1) takes: those for PCs in
 * Debian's package console-data (1.12), without four that its loadkeys cannot read and without the
 * keyboards of one vendor. A scenario in a virtual machine loads each of them.
 */
const NAMES = `
  ANSI-dvorak azerty be-latin1 be2-latin1 bg bg-cp1251 br-abnt2 br-latin1 by ca-multi cf croat
  cz-lat2 cz-lat2-prog cz-us-qwerty cz-us-qwertz de de-latin1 de-latin1-nodeadkeys dk
  dk-latin1 dvorak dvorak-classic dvorak-de dvorak-fr dvorak-fr-bepo dvorak-l dvorak-lisp
  dvorak-r dvorak-ru dvorak-uk emacs emacs2 es es-cp850 et et-nodeadkeys fi fi-latin1 fr
  fr-latin0 fr-latin1 fr-latin9 fr-pc fr-x11 fr_CH fr_CH-latin1 gr gr-pc gr-utf8 hebrew hu
  hu101 il il-heb il-phonetic is-latin1 is-latin1-us it it-ibm it2 jp106 kg kk la-latin1
  lisp-us lk201-us lt lt.l4 lv-latin4 lv-latin7 mk nl no no-latin1 no-standard
  pc-dvorak-latin1 pc110 pl pl-qwertz pl1 pt-latin1 pt-old ro ro-academic ru ru-cp1251 ru-ms
  ru-yawerty ru1 ru2 ru3 ru4 ru_win se-fi-ir209 se-fi-lat6 se-ir209 se-lat6 se-latin1 sg
  sg-latin1 sg-latin1-lk450 sk-prog sk-prog-qwerty sk-prog-qwertz sk-qwerty sk-qwertz slovene
  sr sr-cy th-tis tr_f-latin5 tr_q-latin5 tralt trf trfu trq trqu ua ua-utf ua-utf-ws ua-ws
  uaw uaw_uni uk us us-intl.iso01 us-intl.iso15 us-latin1 wangbe wo`;

/** All names, such as `us` and `de-latin1`. */
export function keyboards(): string[] {
  return NAMES.trim().split(/\s+/);
}

/**
 * What the layout of a country is called here, for people who know its name in graphical systems
 * and installers.
 */
export const COUNTRIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    be: 'be-latin1',
    br: 'br-abnt2',
    ch: 'sg-latin1',
    cz: 'cz-lat2',
    'de-ch': 'sg-latin1',
    de_ch: 'sg-latin1',
    en: 'us',
    'fr-ch': 'fr_CH-latin1',
    gb: 'uk',
    hr: 'croat',
    is: 'is-latin1',
    jp: 'jp106',
    latam: 'la-latin1',
    lv: 'lv-latin7',
    pt: 'pt-latin1',
    se: 'se-latin1',
    si: 'slovene',
    sk: 'sk-qwertz',
    tr: 'trq',
  }),
);

/**
 * Returns the layout that a name probably means: by the country, else by the name alone, else by
 * the beginning of the name.
 */
export function findSimilarKeyboard(name: string): string | undefined {
  const known = keyboards();
  const wanted = name.trim().toLowerCase();
  if (COUNTRIES.has(wanted)) return COUNTRIES.get(wanted);
  const distanceOf = (other: string) => leven(other.toLowerCase(), wanted);
  const nearest = known.reduce((best, other) => (distanceOf(other) < distanceOf(best) ? other : best));
  if (distanceOf(nearest) <= Math.floor(wanted.length / 4)) return nearest;
  const country = wanted.split(/[-_ ]/)[0] ?? '';
  return known.find((other) => other === country) ?? COUNTRIES.get(country);
}
