/** A new unguessable id on every call (a UUID). */
export type NewId = () => string;
