/** Where a service of a region is, and how far that is known. */
export interface Endpoint {
  /** No trailing slash. */
  readonly address: string;
  /** In a published list; otherwise made after the pattern of its cloud, which may be wrong. */
  readonly isListed: boolean;
}

/** Where a region's services are. */
export interface Endpoints {
  readonly drs: Endpoint;
  readonly iam: Endpoint;
}

/** IAM of Huawei Cloud as a whole: what the vendor's SDK asks for a region without an IAM host in its list. */
const GLOBAL_IAM = 'https://iam.myhuaweicloud.com';

/**
 * Regions with a DRS host `drs.<region>.myhuaweicloud.com`: huaweicloud-sdk-nodejs-v3, services/drs/v3/DrsRegion.ts, and
 * the regions that its later versions and the DRS API Reference, "Endpoints", add.
 */
const DRS_REGIONS = new Set(
  `cn-north-1 cn-north-2 cn-north-4 cn-north-9 cn-north-11 cn-north-12 cn-south-1 cn-south-2 cn-south-4 cn-east-2 cn-east-3
   cn-east-4 cn-east-5 cn-southwest-2 cn-southwest-3 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4
   ap-southeast-5 af-south-1 af-north-1 sa-brazil-1 la-south-2 la-north-2 na-mexico-1 tr-west-1 me-east-1 ae-ad-1 eu-west-0
   ru-moscow-1 ru-northwest-2 my-kualalumpur-1`.split(/\s+/),
);

/**
 * Regions with an IAM host `iam.<region>.myhuaweicloud.com`: huaweicloud-sdk-python-v3,
 * huaweicloudsdkcore/auth/endpoint.py. All others share `iam.myhuaweicloud.com`.
 */
const IAM_REGIONS = new Set(
  `cn-north-1 cn-north-2 cn-north-4 cn-north-9 cn-east-2 cn-east-3 cn-east-4 cn-east-5 cn-south-1 cn-south-2 cn-southwest-2
   ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 af-south-1 sa-brazil-1 la-south-2 la-north-2 na-mexico-1
   eu-west-0 my-kualalumpur-1 ru-moscow-1 me-east-1 ae-ad-1`.split(/\s+/),
);

/** Regions of other clouds on the same software, each with the source of its hosts. */
const ELSEWHERE: Readonly<Record<string, Endpoints>> = {
  // huaweicloud-sdk-nodejs-v3: DrsRegion.ts (later versions) and services/iam/v3/IamRegion.ts.
  'eu-west-101': {
    drs: { address: 'https://drs.eu-west-101.myhuaweicloud.eu', isListed: true },
    iam: { address: 'https://iam.eu-west-101.myhuaweicloud.eu', isListed: true },
  },
  // Open Telekom Cloud. IAM: gophertelekomcloud and its users. DRS: after the pattern; the catalog of a token says it for certain.
  'eu-de': {
    drs: { address: 'https://drs.eu-de.otc.t-systems.com', isListed: false },
    iam: { address: 'https://iam.eu-de.otc.t-systems.com', isListed: true },
  },
  'eu-nl': {
    drs: { address: 'https://drs.eu-nl.otc.t-systems.com', isListed: false },
    iam: { address: 'https://iam.eu-nl.otc.t-systems.com', isListed: true },
  },
  // Swiss OTC writes its hosts otherwise: the same clients have iam-pub and `.sc.`.
  'eu-ch2': {
    drs: { address: 'https://drs.eu-ch2.sc.otc.t-systems.com', isListed: false },
    iam: { address: 'https://iam-pub.eu-ch2.sc.otc.t-systems.com', isListed: true },
  },
};

/** The addresses of a region: from published lists where it is in one, else after Huawei Cloud's pattern, as a guess. */
export function endpointsOf(region: string): Endpoints {
  const elsewhere = Object.hasOwn(ELSEWHERE, region) ? ELSEWHERE[region] : undefined;
  if (elsewhere !== undefined) return elsewhere;
  const isListed = DRS_REGIONS.has(region);
  const ownIam = `https://iam.${region}.myhuaweicloud.com`;
  return {
    drs: { address: `https://drs.${region}.myhuaweicloud.com`, isListed },
    iam: { address: IAM_REGIONS.has(region) ? ownIam : GLOBAL_IAM, isListed: isListed || IAM_REGIONS.has(region) },
  };
}
