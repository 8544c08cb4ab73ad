import { z } from 'zod';

/**
 * The blocks and elements this project uses, with Slack's limits (docs.slack.dev, "Block Kit": blocks, block elements,
 * composition objects). Anything else is refused, so that a mistake shows here and not in a real workspace.
 */
const plainText = (most: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(most), emoji: z.boolean().optional() });
const mrkdwn = (most: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(most), verbatim: z.boolean().optional() });

const blockId = z.string().min(1).max(255).optional();

const confirm = z.strictObject({
  title: plainText(100),
  text: z.union([plainText(300), mrkdwn(300)]),
  confirm: plainText(30),
  deny: plainText(30),
  style: z.enum(['primary', 'danger']).optional(),
});

const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: z.string().min(1).max(255).optional(),
  value: z.string().max(2000).optional(),
  url: z.string().max(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
});

const option = z.strictObject({
  text: plainText(75),
  value: z.string().min(1).max(150),
  description: plainText(75).optional(),
});
const overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: z.string().min(1).max(255),
  options: z
    .array(option.extend({ url: z.string().max(3000).optional() }))
    .min(1)
    .max(5),
});

/** A menu of which one is chosen. */
const staticSelect = z.strictObject({
  type: z.literal('static_select'),
  action_id: z.string().min(1).max(255),
  placeholder: plainText(150).optional(),
  options: z.array(option).min(1).max(100),
  initial_option: option.optional(),
});

const section = z
  .strictObject({
    type: z.literal('section'),
    block_id: blockId,
    text: z.union([plainText(3000), mrkdwn(3000)]).optional(),
    fields: z
      .array(z.union([plainText(2000), mrkdwn(2000)]))
      .min(1)
      .max(10)
      .optional(),
    accessory: button.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, 'no text or fields');

const cell = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) }),
  z.strictObject({
    type: z.literal('rich_text'),
    elements: z.tuple([
      z.strictObject({
        type: z.literal('rich_text_section'),
        elements: z
          .array(
            z.discriminatedUnion('type', [
              z.strictObject({ type: z.literal('text'), text: z.string().min(1) }),
              z.strictObject({ type: z.literal('channel'), channel_id: z.string().min(1) }),
            ]),
          )
          .min(1),
      }),
    ]),
  }),
]);
/** A cell of a table as it reads, in mrkdwn. */
export function cellText(one: z.infer<typeof cell>): string {
  if (one.type === 'raw_text') return one.text;
  const [{ elements }] = one.elements;
  return elements.map((part) => (part.type === 'text' ? part.text : `<#${part.channel_id}>`)).join('');
}
const table = z.strictObject({
  type: z.literal('table'),
  block_id: blockId,
  rows: z
    .array(z.array(cell).min(1).max(20))
    .min(1)
    .max(100)
    .refine((rows) => rows.flat().reduce((sum, one) => sum + cellText(one).length, 0) <= 10_000, 'too many characters'),
  column_settings: z
    .array(
      z.strictObject({ align: z.enum(['left', 'center', 'right']).optional(), is_wrapped: z.boolean().optional() }),
    )
    .max(20)
    .optional(),
});

/** A line, bar or area chart; a pie is not used here (docs.slack.dev, "Data visualization block"). */
const dataVisualization = z.strictObject({
  type: z.literal('data_visualization'),
  block_id: blockId,
  title: z.string().min(1).max(50),
  chart: z
    .strictObject({
      type: z.enum(['line', 'bar', 'area']),
      series: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(20),
            data: z
              .array(z.strictObject({ label: z.string().min(1).max(20), value: z.number() }))
              .min(1)
              .max(20),
          }),
        )
        .min(1)
        .max(6),
      axis_config: z.strictObject({
        categories: z.array(z.string().min(1).max(20)).min(1).max(20),
        x_label: z.string().max(50).optional(),
        y_label: z.string().max(50).optional(),
      }),
    })
    .superRefine(({ series, axis_config: { categories } }, check) => {
      if (new Set(series.map(({ name }) => name)).size < series.length)
        check.addIssue({ code: 'custom', message: 'names of series are not unique' });
      if (new Set(categories).size < categories.length)
        check.addIssue({ code: 'custom', message: 'categories are not unique' });
      for (const [index, { data }] of series.entries()) {
        const labels = data.map(({ label }) => label).toSorted();
        if (labels.join('\n') !== categories.toSorted().join('\n'))
          check.addIssue({
            code: 'custom',
            path: ['series', index],
            message: 'not exactly one point for each category',
          });
      }
    }),
});
/** Charts in one message. */
const MAX_CHARTS = 2;

/** Boxes to tick, in a dialog only here. */
const input = z.strictObject({
  type: z.literal('input'),
  block_id: blockId,
  label: plainText(2000),
  optional: z.boolean().optional(),
  element: z.strictObject({
    type: z.literal('checkboxes'),
    action_id: z.string().min(1).max(255),
    // Beside a box, unlike in a menu, there may be mrkdwn.
    options: z
      .array(option.extend({ description: z.union([plainText(75), mrkdwn(75)]).optional() }))
      .min(1)
      .max(10),
  }),
});

const block = z.discriminatedUnion('type', [
  section,
  z.strictObject({ type: z.literal('header'), block_id: blockId, text: plainText(150) }),
  z.strictObject({ type: z.literal('divider'), block_id: blockId }),
  z.strictObject({
    type: z.literal('context'),
    block_id: blockId,
    elements: z
      .array(z.union([plainText(3000), mrkdwn(3000)]))
      .min(1)
      .max(10),
  }),
  table,
  dataVisualization,
  z.strictObject({
    type: z.literal('actions'),
    block_id: blockId,
    elements: z
      .array(z.discriminatedUnion('type', [button, overflow, staticSelect]))
      .min(1)
      .max(25),
  }),
]);

/** A dialog, or a Home tab; both may have 100 blocks (docs.slack.dev, "Views"). */
const view = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('modal'),
      callback_id: z.string().max(255).optional(),
      private_metadata: z.string().max(3000).optional(),
      title: plainText(24),
      submit: plainText(24).optional(),
      close: plainText(24).optional(),
      blocks: z
        .array(z.union([block, input]))
        .min(1)
        .max(100),
    })
    .superRefine(({ blocks: all, submit }, check) => {
      if (submit === undefined && all.some(({ type }) => type === 'input'))
        check.addIssue({ code: 'custom', message: 'submit is required with an input' });
      const ids = all.flatMap((one) => one.block_id ?? []);
      if (new Set(ids).size < ids.length) check.addIssue({ code: 'custom', message: 'block_id is not unique' });
    }),
  z.strictObject({ type: z.literal('home'), blocks: z.array(block).min(1).max(100) }),
]);

export type View = z.infer<typeof view>;

/** Null for what Slack would refuse. */
export function parseView(value: unknown): View | null {
  return view.safeParse(value).data ?? null;
}

/** A block as it is kept and shown. */
export type Block = z.infer<typeof block>;
export type Input = z.infer<typeof input>;
export type Button = z.infer<typeof button>;
export type Element = Button | z.infer<typeof overflow> | z.infer<typeof staticSelect>;

const blocks = z
  .array(block)
  .max(50)
  .superRefine((all, check) => {
    const ids = all.flatMap((one) => (one.block_id === undefined ? [] : [one.block_id]));
    if (new Set(ids).size < ids.length) check.addIssue({ code: 'custom', message: 'block_id is not unique' });
    if (all.filter((one) => one.type === 'table').length > 1)
      check.addIssue({ code: 'custom', message: 'only_one_table_allowed' });
    if (all.filter((one) => one.type === 'data_visualization').length > MAX_CHARTS)
      check.addIssue({ code: 'custom', message: 'too many charts' });
    for (const [index, one] of all.entries()) {
      const actionIds = elementsOf(one).flatMap((element) =>
        element.action_id === undefined ? [] : [element.action_id],
      );
      if (new Set(actionIds).size < actionIds.length) {
        check.addIssue({ code: 'custom', path: [index], message: 'action_id is not unique' });
      }
    }
  });

/** What can be pressed in a block. */
export function elementsOf(one: Block): readonly Element[] {
  if (one.type === 'actions') return one.elements;
  return one.type === 'section' && one.accessory !== undefined ? [one.accessory] : [];
}

/** The buttons of a block, without what is behind ⋯. */
export function buttonsOf(one: Block): readonly Button[] {
  return elementsOf(one).flatMap((element) => (element.type === 'button' ? [element] : []));
}

/**
 * The blocks, or what is wrong with them in the style of `response_metadata.messages`.
 *
 * @param refused kinds of block that this workspace does not know
 */
export function parseBlocks(
  value: unknown,
  refused: ReadonlySet<string> = new Set(),
): { readonly blocks: readonly Block[] } | { readonly errors: readonly string[] } {
  const parsed = blocks.safeParse(value);
  const unknown = parsed.data?.find(({ type }) => refused.has(type));
  if (unknown !== undefined) return { errors: [`[ERROR] unsupported type: ${unknown.type} [json-pointer:/blocks]`] };
  return parsed.success
    ? { blocks: parsed.data }
    : {
        errors: parsed.error.issues.map(
          (issue) => `[ERROR] ${issue.message} [json-pointer:/blocks/${issue.path.join('/')}]`,
        ),
      };
}
