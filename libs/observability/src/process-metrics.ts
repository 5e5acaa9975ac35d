import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gauges } from '#libs/metrics';

const LOOP_RESOLUTION_MS = 20;
const NANO = 1e-9;
const MICRO = 1e-6;

/** What the process costs, and how busy it is. @returns what ends it */
export function watchProcess(): () => void {
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  loop.enable();
  const stop = gauges(
    'process',
    ['fairlead.process.resident_memory', 'fairlead.process.cpu_time', 'fairlead.process.event_loop_delay'],
    (report) => {
      const { user, system } = process.cpuUsage();
      report('fairlead.process.resident_memory', {}, process.memoryUsage.rss());
      report('fairlead.process.cpu_time', {}, (user + system) * MICRO);
      report('fairlead.process.event_loop_delay', { quantile: '0.5' }, lateness(loop.percentile(50)));
      report('fairlead.process.event_loop_delay', { quantile: '0.99' }, lateness(loop.percentile(99)));
      loop.reset();
    },
  );
  return () => {
    stop();
    loop.disable();
  };
}

/** The histogram holds the time between two looks, which are meant to be some milliseconds apart; it is 0 where there was none. */
const lateness = (nanoseconds: number): number => Math.max(0, nanoseconds * NANO - LOOP_RESOLUTION_MS / 1000);
