/**
 * What the work gives when it ends within `ms`; else what `late` gives, or throws. Late work goes on: what it gives or throws then is
 * nobody's any more. The timer does not outlive the work.
 */
export function inTime<Value, Late>(work: Promise<Value>, ms: number, late: () => Late): Promise<Value | Late> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, ms);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
