import 'reflect-metadata';

export interface JobOptions {
  /** Unique name, such as `webhooks.deliver`. It labels the metrics and appears in `/health/detailed`. */
  name: string;
  /**
   * Pause from the end of a run to the start of the next one, in milliseconds. It varies by 10 %, because servers would
   * otherwise run in step.
   */
  every: number;
  /** Pause before the first run, in milliseconds. Default: `every`. */
  first?: number;
}

const JOB = Symbol('background job');

/**
 * Runs a method of a provider in the background while the database is available.
 *
 * - the method never overlaps with itself on one server, but several servers may run it at the same time
 * - an error is logged and counted, and the method runs again after its pause, so it does not need to catch errors
 * - the method is listed in `/health/detailed` with its last run
 */
export function WhileDatabaseUp(options: JobOptions): MethodDecorator {
  return (_target, _property, descriptor) => {
    Reflect.defineMetadata(JOB, options, descriptor.value as unknown as object);
  };
}

/** Returns the options of a method that `WhileDatabaseUp` declares, otherwise undefined. */
export function jobOptionsOf(method: object): JobOptions | undefined {
  return Reflect.getMetadata(JOB, method) as JobOptions | undefined;
}
