"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// acme/syncs/contacts.ts
var contacts_exports = {};
__export(contacts_exports, {
  default: () => contacts_default
});
module.exports = __toCommonJS(contacts_exports);
var z2 = __toESM(require("zod"), 1);

// acme/models.ts
var z = __toESM(require("zod"), 1);
var Contact = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string()
});
var NewContact = z.object({
  name: z.string(),
  email: z.string()
});

// acme/syncs/contacts.ts
var sync = {
  type: "sync",
  description: "Fetches every contact, page by page, and notices the ones that are gone",
  version: "1.0.0",
  frequency: "every hour",
  autoStart: false,
  models: {
    Contact
  },
  checkpoint: z2.object({
    page: z2.number()
  }),
  exec: async (nango) => {
    await nango.trackDeletesStart("Contact");
    const checkpoint = await nango.getCheckpoint();
    let page = checkpoint?.page ?? 0;
    for (; ; ) {
      const response = await nango.get({
        endpoint: "/contacts",
        params: {
          page: String(page)
        },
        retries: 3
      });
      await nango.batchSave(response.data.contacts, "Contact");
      await nango.log(`saved page ${page}`, {
        contacts: response.data.contacts.length
      });
      if (!response.data.more) break;
      page += 1;
      await nango.saveCheckpoint({
        page
      });
    }
    await nango.trackDeletesEnd("Contact");
    await nango.clearCheckpoint();
  }
};
var contacts_default = sync;
//# sourceMappingURL=data:application/json;base64,ewogICJ2ZXJzaW9uIjogMywKICAic291cmNlcyI6IFsiYWNtZS9zeW5jcy9jb250YWN0cy50cyIsICJhY21lL21vZGVscy50cyJdLAogICJzb3VyY2VzQ29udGVudCI6IFsiaW1wb3J0IHsgY3JlYXRlU3luYyB9IGZyb20gJ25hbmdvJztcbmltcG9ydCAqIGFzIHogZnJvbSAnem9kJztcbmltcG9ydCB7IENvbnRhY3QgfSBmcm9tICcuLi9tb2RlbHMuanMnO1xuY29uc3Qgc3luYyA9IHtcbiAgdHlwZTogXCJzeW5jXCIsXG4gIGRlc2NyaXB0aW9uOiAnRmV0Y2hlcyBldmVyeSBjb250YWN0LCBwYWdlIGJ5IHBhZ2UsIGFuZCBub3RpY2VzIHRoZSBvbmVzIHRoYXQgYXJlIGdvbmUnLFxuICB2ZXJzaW9uOiAnMS4wLjAnLFxuICBmcmVxdWVuY3k6ICdldmVyeSBob3VyJyxcbiAgYXV0b1N0YXJ0OiBmYWxzZSxcbiAgbW9kZWxzOiB7XG4gICAgQ29udGFjdFxuICB9LFxuICBjaGVja3BvaW50OiB6Lm9iamVjdCh7XG4gICAgcGFnZTogei5udW1iZXIoKVxuICB9KSxcbiAgZXhlYzogYXN5bmMgbmFuZ28gPT4ge1xuICAgIGF3YWl0IG5hbmdvLnRyYWNrRGVsZXRlc1N0YXJ0KCdDb250YWN0Jyk7XG4gICAgY29uc3QgY2hlY2twb2ludCA9IGF3YWl0IG5hbmdvLmdldENoZWNrcG9pbnQoKTtcbiAgICBsZXQgcGFnZSA9IGNoZWNrcG9pbnQ/LnBhZ2UgPz8gMDtcbiAgICBmb3IgKDs7KSB7XG4gICAgICBjb25zdCByZXNwb25zZSA9IGF3YWl0IG5hbmdvLmdldDx7XG4gICAgICAgIGNvbnRhY3RzOiB6LmluZmVyPHR5cGVvZiBDb250YWN0PltdO1xuICAgICAgICBtb3JlOiBib29sZWFuO1xuICAgICAgfT4oe1xuICAgICAgICBlbmRwb2ludDogJy9jb250YWN0cycsXG4gICAgICAgIHBhcmFtczoge1xuICAgICAgICAgIHBhZ2U6IFN0cmluZyhwYWdlKVxuICAgICAgICB9LFxuICAgICAgICByZXRyaWVzOiAzXG4gICAgICB9KTtcbiAgICAgIGF3YWl0IG5hbmdvLmJhdGNoU2F2ZShyZXNwb25zZS5kYXRhLmNvbnRhY3RzLCAnQ29udGFjdCcpO1xuICAgICAgYXdhaXQgbmFuZ28ubG9nKGBzYXZlZCBwYWdlICR7cGFnZX1gLCB7XG4gICAgICAgIGNvbnRhY3RzOiByZXNwb25zZS5kYXRhLmNvbnRhY3RzLmxlbmd0aFxuICAgICAgfSk7XG4gICAgICBpZiAoIXJlc3BvbnNlLmRhdGEubW9yZSkgYnJlYWs7XG4gICAgICBwYWdlICs9IDE7XG4gICAgICBhd2FpdCBuYW5nby5zYXZlQ2hlY2twb2ludCh7XG4gICAgICAgIHBhZ2VcbiAgICAgIH0pO1xuICAgIH1cbiAgICBhd2FpdCBuYW5nby50cmFja0RlbGV0ZXNFbmQoJ0NvbnRhY3QnKTtcbiAgICBhd2FpdCBuYW5nby5jbGVhckNoZWNrcG9pbnQoKTtcbiAgfVxufTtcbmV4cG9ydCB0eXBlIE5hbmdvU3luY0xvY2FsID0gUGFyYW1ldGVyczwodHlwZW9mIHN5bmMpWydleGVjJ10+WzBdO1xuZXhwb3J0IGRlZmF1bHQgc3luYzsiLCAiaW1wb3J0ICogYXMgeiBmcm9tICd6b2QnO1xuZXhwb3J0IGNvbnN0IENvbnRhY3QgPSB6Lm9iamVjdCh7XG4gIGlkOiB6LnN0cmluZygpLFxuICBuYW1lOiB6LnN0cmluZygpLFxuICBlbWFpbDogei5zdHJpbmcoKVxufSk7XG5leHBvcnQgY29uc3QgTmV3Q29udGFjdCA9IHoub2JqZWN0KHtcbiAgbmFtZTogei5zdHJpbmcoKSxcbiAgZW1haWw6IHouc3RyaW5nKClcbn0pOyJdLAogICJtYXBwaW5ncyI6ICI7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7OztBQUFBO0FBQUE7QUFBQTtBQUFBO0FBQUE7QUFDQSxJQUFBQSxLQUFtQjs7O0FDRG5CLFFBQW1CO0FBQ1osSUFBTSxVQUFZLFNBQU87QUFBQSxFQUM5QixJQUFNLFNBQU87QUFBQSxFQUNiLE1BQVEsU0FBTztBQUFBLEVBQ2YsT0FBUyxTQUFPO0FBQ2xCLENBQUM7QUFDTSxJQUFNLGFBQWUsU0FBTztBQUFBLEVBQ2pDLE1BQVEsU0FBTztBQUFBLEVBQ2YsT0FBUyxTQUFPO0FBQ2xCLENBQUM7OztBRE5ELElBQU0sT0FBTztBQUFBLEVBQ1gsTUFBTTtBQUFBLEVBQ04sYUFBYTtBQUFBLEVBQ2IsU0FBUztBQUFBLEVBQ1QsV0FBVztBQUFBLEVBQ1gsV0FBVztBQUFBLEVBQ1gsUUFBUTtBQUFBLElBQ047QUFBQSxFQUNGO0FBQUEsRUFDQSxZQUFjLFVBQU87QUFBQSxJQUNuQixNQUFRLFVBQU87QUFBQSxFQUNqQixDQUFDO0FBQUEsRUFDRCxNQUFNLE9BQU0sVUFBUztBQUNuQixVQUFNLE1BQU0sa0JBQWtCLFNBQVM7QUFDdkMsVUFBTSxhQUFhLE1BQU0sTUFBTSxjQUFjO0FBQzdDLFFBQUksT0FBTyxZQUFZLFFBQVE7QUFDL0IsZUFBUztBQUNQLFlBQU0sV0FBVyxNQUFNLE1BQU0sSUFHMUI7QUFBQSxRQUNELFVBQVU7QUFBQSxRQUNWLFFBQVE7QUFBQSxVQUNOLE1BQU0sT0FBTyxJQUFJO0FBQUEsUUFDbkI7QUFBQSxRQUNBLFNBQVM7QUFBQSxNQUNYLENBQUM7QUFDRCxZQUFNLE1BQU0sVUFBVSxTQUFTLEtBQUssVUFBVSxTQUFTO0FBQ3ZELFlBQU0sTUFBTSxJQUFJLGNBQWMsSUFBSSxJQUFJO0FBQUEsUUFDcEMsVUFBVSxTQUFTLEtBQUssU0FBUztBQUFBLE1BQ25DLENBQUM7QUFDRCxVQUFJLENBQUMsU0FBUyxLQUFLLEtBQU07QUFDekIsY0FBUTtBQUNSLFlBQU0sTUFBTSxlQUFlO0FBQUEsUUFDekI7QUFBQSxNQUNGLENBQUM7QUFBQSxJQUNIO0FBQ0EsVUFBTSxNQUFNLGdCQUFnQixTQUFTO0FBQ3JDLFVBQU0sTUFBTSxnQkFBZ0I7QUFBQSxFQUM5QjtBQUNGO0FBRUEsSUFBTyxtQkFBUTsiLAogICJuYW1lcyI6IFsieiJdCn0K
