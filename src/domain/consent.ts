/**
 * A mark of the set that a question was about, short enough for a button however many there are: another set has another
 * one, whatever the order. It guards against mistakes, not against people, who may end these anyway.
 */
export function setMark(members: readonly string[]): string {
  const text = members.toSorted().join(' ');
  return [members.length, fnv(text, 0x81_1c_9d_c5), fnv(text, 0x9e_37_79_b9)]
    .map((part) => part.toString(36))
    .join('-');
}

/** 32 bits of FNV-1a, begun with `basis`. */
function fnv(text: string, basis: number): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
  return hash >>> 0;
}
