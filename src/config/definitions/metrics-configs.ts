import { anyList, atLeast, clusterWide, ignored, int, list, long, string } from '../define.ts'

/** What is measured and who gets to see it. */
export const METRICS_CONFIGS = ignored('metrics are not reported yet', {
  'kafka.metrics.polling.interval.secs': int(
    10,
    'LOW',
    'How often the older reporters are called.',
    atLeast(1),
  ),
  'kafka.metrics.reporters': list('', 'LOW', 'Classes of the older metrics reporters.', anyList()),
  ...clusterWide({
    'metric.reporters': list(
      'org.apache.kafka.common.metrics.JmxReporter',
      'LOW',
      'Classes that report metrics.',
      anyList(),
    ),
  }),
  'metrics.num.samples': int(2, 'LOW', 'Samples that a metric is computed from.', atLeast(1)),
  'metrics.recording.level': string('INFO', 'LOW', 'Which metrics are kept: INFO, DEBUG or TRACE.'),
  'metrics.sample.window.ms': long(30_000, 'LOW', 'How long a sample lasts.', atLeast(1)),
  'telemetry.max.bytes': int(
    1_048_576,
    'LOW',
    'Most bytes of metrics that a client may push at once.',
    atLeast(1),
  ),
})
