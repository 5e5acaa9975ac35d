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

// acme/actions/fail-on-purpose.ts
var fail_on_purpose_exports = {};
__export(fail_on_purpose_exports, {
  default: () => fail_on_purpose_default
});
module.exports = __toCommonJS(fail_on_purpose_exports);
var z = __toESM(require("zod"), 1);
var action = {
  type: "action",
  description: "Fails the way an author means it to",
  version: "1.0.0",
  input: z.object({
    reason: z.string()
  }),
  output: z.void(),
  exec: async (nango, input) => {
    throw new nango.ActionError({
      reason: input.reason
    });
  }
};
var fail_on_purpose_default = action;
//# sourceMappingURL=data:application/json;base64,ewogICJ2ZXJzaW9uIjogMywKICAic291cmNlcyI6IFsiYWNtZS9hY3Rpb25zL2ZhaWwtb24tcHVycG9zZS50cyJdLAogICJzb3VyY2VzQ29udGVudCI6IFsiaW1wb3J0IHsgY3JlYXRlQWN0aW9uIH0gZnJvbSAnbmFuZ28nO1xuaW1wb3J0ICogYXMgeiBmcm9tICd6b2QnO1xuY29uc3QgYWN0aW9uID0ge1xuICB0eXBlOiBcImFjdGlvblwiLFxuICBkZXNjcmlwdGlvbjogJ0ZhaWxzIHRoZSB3YXkgYW4gYXV0aG9yIG1lYW5zIGl0IHRvJyxcbiAgdmVyc2lvbjogJzEuMC4wJyxcbiAgaW5wdXQ6IHoub2JqZWN0KHtcbiAgICByZWFzb246IHouc3RyaW5nKClcbiAgfSksXG4gIG91dHB1dDogei52b2lkKCksXG4gIGV4ZWM6IGFzeW5jIChuYW5nbywgaW5wdXQpID0+IHtcbiAgICB0aHJvdyBuZXcgbmFuZ28uQWN0aW9uRXJyb3Ioe1xuICAgICAgcmVhc29uOiBpbnB1dC5yZWFzb25cbiAgICB9KTtcbiAgfVxufTtcbmV4cG9ydCB0eXBlIE5hbmdvQWN0aW9uTG9jYWwgPSBQYXJhbWV0ZXJzPCh0eXBlb2YgYWN0aW9uKVsnZXhlYyddPlswXTtcbmV4cG9ydCBkZWZhdWx0IGFjdGlvbjsiXSwKICAibWFwcGluZ3MiOiAiOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7QUFBQTtBQUFBO0FBQUE7QUFBQTtBQUFBO0FBQ0EsUUFBbUI7QUFDbkIsSUFBTSxTQUFTO0FBQUEsRUFDYixNQUFNO0FBQUEsRUFDTixhQUFhO0FBQUEsRUFDYixTQUFTO0FBQUEsRUFDVCxPQUFTLFNBQU87QUFBQSxJQUNkLFFBQVUsU0FBTztBQUFBLEVBQ25CLENBQUM7QUFBQSxFQUNELFFBQVUsT0FBSztBQUFBLEVBQ2YsTUFBTSxPQUFPLE9BQU8sVUFBVTtBQUM1QixVQUFNLElBQUksTUFBTSxZQUFZO0FBQUEsTUFDMUIsUUFBUSxNQUFNO0FBQUEsSUFDaEIsQ0FBQztBQUFBLEVBQ0g7QUFDRjtBQUVBLElBQU8sMEJBQVE7IiwKICAibmFtZXMiOiBbXQp9Cg==
