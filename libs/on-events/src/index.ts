/** Functions that run when something happens to a connection (spec/functions.md §1.4). */
export { ConnectionEventsModule, OnEventsModule } from './on-events.module.js';
export { OnEvents } from './on-events.service.js';
