import 'reflect-metadata';

export interface JobOptions {
  /** Unique in the product, such as `webhooks.deliver`: the label of its metrics and its name in `/health/detailed`. */
  name: string;
  /** Pause from the end of a run to the start of the next, in milliseconds. It varies by a tenth, so that servers do not run in step. */
  every: number;
  /** Pause before the first run, in milliseconds. Default: `every`. */
  first?: number;
}

const JOB = Symbol('background job');

/**
 * Runs a method of a provider in the background for as long as the database is up.
 *
 * - never overlaps with itself on one server; several servers may run it at the same time
 * - a run that throws is logged and counted, and the next one comes as usual: the method need not catch
 * - listed with its last run in `/health/detailed`
 */
export function WhileDatabaseUp(options: JobOptions): MethodDecorator {
  return (_target, _property, descriptor) => {
    Reflect.defineMetadata(JOB, options, descriptor.value as unknown as object);
  };
}

export function jobOptionsOf(method: object): JobOptions | undefined {
  return Reflect.getMetadata(JOB, method) as JobOptions | undefined;
}
