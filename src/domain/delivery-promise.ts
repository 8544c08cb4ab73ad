/**
 * How often a channel is told one thing. `exactly_once`: after a lost answer of Slack's the channel is read before
 * anything is sent again. `at_least_once`: it cannot be read, so a message whose answer was lost may come twice.
 */
export type DeliveryPromise = 'exactly_once' | 'at_least_once';
