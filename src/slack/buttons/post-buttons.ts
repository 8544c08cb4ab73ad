import { refreshPost } from '../../use-cases/telling/refresh-post.ts';
import { justCheckedMessage } from '../messages/answers/just-checked-message.ts';
import { POST_VALUE } from '../messages/kit/button-value.ts';
import { editedPostMessage, fullPostMessage } from '../messages/posts/post-message.ts';
import { answerStale, withValue } from './click.ts';

/** *Refresh* on a post: it is edited by the bot, or here where Slack lets nobody but the person's answer do it. */
export const refreshToldPost = withValue(POST_VALUE, async (request, { post: postId }) => {
  const { useCases } = request.slack;
  const refreshed = await refreshPost(useCases, request.actor, postId);
  if (refreshed.kind === 'unknown') return await answerStale(request);
  if (refreshed.kind !== 'refused') {
    const { keptFrom } = refreshed;
    if (keptFrom === null) return;
    const ageMs = useCases.clock.now() - keptFrom;
    return await request.reply.privately(justCheckedMessage(request.personTexts, ageMs, useCases.durations.askAgainMs));
  }
  await request.reply.inPlace(editedPostMessage(request.channelTexts, refreshed.post, refreshed.jobs));
});

/** *Show all*: every job of a post about many, for whoever clicked. */
export const showWholePost = withValue(POST_VALUE, async (request, { post: postId }) => {
  const { slack, actor, personTexts, reply } = request;
  const { store, connectionId } = slack.useCases;
  const sent = await store.findPost(postId);
  if (sent === null || sent.post.channelId !== actor.channelId || sent.post.workspaceId !== actor.workspaceId)
    return await answerStale(request);
  const facts = [...sent.post.facts, ...sent.post.around.shown];
  const jobIds = new Set(facts.flatMap((one) => (one.kind === 'event' ? [one.job.jobId] : [])));
  await reply.privately(fullPostMessage(personTexts, sent.post, await store.findJobs(connectionId, [...jobIds])));
});
