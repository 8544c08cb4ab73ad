import type { Language } from './base/language.ts';

/** What a console address may depend on. */
export interface ConsolePlace {
  readonly region: string;
  readonly projectId: string;
  readonly jobId: string;
  readonly jobType: string | null;
  readonly language: Language;
}

/**
 * Fills a template for an address of the DRS console: `{region}`, `{project}`, `{job}`, `{type}` (DRS's own word for the
 * kind of job), `{list}` (the console page of that kind), `{locale}`. An unknown placeholder stays as it is.
 */
export function consoleLink(template: string, place: ConsolePlace): string {
  const values: Readonly<Record<string, string>> = {
    region: place.region,
    project: place.projectId,
    job: place.jobId,
    type: place.jobType ?? '',
    // Only these two list pages are known from public sources.
    list: place.jobType === 'sync' ? 'synchronization' : 'migrate',
    locale: place.language === 'zh' ? 'zh-cn' : 'en-us',
  };
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? whole : encodeURIComponent(value);
  });
}

/** The list page of Huawei Cloud's own console; null for other clouds, whose consoles are not known. */
export function defaultConsoleTemplate(region: string, drsEndpoint: string): string | null {
  if (!hostOf(drsEndpoint).endsWith('.myhuaweicloud.com')) return null;
  const host = region.startsWith('cn-') ? 'console.huaweicloud.com' : 'console-intl.huaweicloud.com';
  return `https://${host}/drs/?region={region}&locale={locale}#/drs/{list}/list`;
}

function hostOf(address: string): string {
  return /^https?:\/\/([^/:]+)/.exec(address)?.[1] ?? '';
}
