/** Where a region's services are; no trailing slashes. */
export interface Endpoints {
  readonly drs: string;
  readonly iam: string;
}

/** Clouds that are built on the same software, by the regions they run; everything else is Huawei Cloud itself. */
const CLOUDS: readonly (readonly [region: RegExp, domain: string])[] = [
  [/^eu-west-101$/, 'myhuaweicloud.eu'],
  [/^eu-(?:de|nl|ch2)$/, 'otc.t-systems.com'],
  [/^eu-west-0$/, 'prod-cloud-ocb.orange-business.com'],
  [/^ru-moscow-1$/, 'hc.sbercloud.ru'],
];

/**
 * The usual addresses of a region (region lists of the vendor's SDK and of the clouds' own clients). Not all of them are
 * documented, so each can be set on its own.
 */
export function endpointsOf(region: string): Endpoints {
  const domain = CLOUDS.find(([pattern]) => pattern.test(region))?.[1] ?? 'myhuaweicloud.com';
  return { drs: `https://drs.${region}.${domain}`, iam: `https://iam.${region}.${domain}` };
}
