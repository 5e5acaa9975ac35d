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

// acme/actions/create-contact.ts
var create_contact_exports = {};
__export(create_contact_exports, {
  default: () => create_contact_default
});
module.exports = __toCommonJS(create_contact_exports);

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

// acme/actions/create-contact.ts
var action = {
  type: "action",
  description: "Creates a contact",
  version: "1.0.0",
  input: NewContact,
  output: Contact,
  exec: async (nango, input) => {
    const parsed = await nango.zodValidateInput({
      zodSchema: NewContact,
      input
    });
    const response = await nango.post({
      endpoint: "/contacts",
      data: parsed.data,
      retries: 1
    });
    return Contact.parse(response.data);
  }
};
var create_contact_default = action;
//# sourceMappingURL=data:application/json;base64,ewogICJ2ZXJzaW9uIjogMywKICAic291cmNlcyI6IFsiYWNtZS9hY3Rpb25zL2NyZWF0ZS1jb250YWN0LnRzIiwgImFjbWUvbW9kZWxzLnRzIl0sCiAgInNvdXJjZXNDb250ZW50IjogWyJpbXBvcnQgeyBjcmVhdGVBY3Rpb24gfSBmcm9tICduYW5nbyc7XG5pbXBvcnQgeyBDb250YWN0LCBOZXdDb250YWN0IH0gZnJvbSAnLi4vbW9kZWxzLmpzJztcbmNvbnN0IGFjdGlvbiA9IHtcbiAgdHlwZTogXCJhY3Rpb25cIixcbiAgZGVzY3JpcHRpb246ICdDcmVhdGVzIGEgY29udGFjdCcsXG4gIHZlcnNpb246ICcxLjAuMCcsXG4gIGlucHV0OiBOZXdDb250YWN0LFxuICBvdXRwdXQ6IENvbnRhY3QsXG4gIGV4ZWM6IGFzeW5jIChuYW5nbywgaW5wdXQpID0+IHtcbiAgICBjb25zdCBwYXJzZWQgPSBhd2FpdCBuYW5nby56b2RWYWxpZGF0ZUlucHV0KHtcbiAgICAgIHpvZFNjaGVtYTogTmV3Q29udGFjdCxcbiAgICAgIGlucHV0XG4gICAgfSk7XG4gICAgY29uc3QgcmVzcG9uc2UgPSBhd2FpdCBuYW5nby5wb3N0KHtcbiAgICAgIGVuZHBvaW50OiAnL2NvbnRhY3RzJyxcbiAgICAgIGRhdGE6IHBhcnNlZC5kYXRhLFxuICAgICAgcmV0cmllczogMVxuICAgIH0pO1xuICAgIHJldHVybiBDb250YWN0LnBhcnNlKHJlc3BvbnNlLmRhdGEpO1xuICB9XG59O1xuZXhwb3J0IHR5cGUgTmFuZ29BY3Rpb25Mb2NhbCA9IFBhcmFtZXRlcnM8KHR5cGVvZiBhY3Rpb24pWydleGVjJ10+WzBdO1xuZXhwb3J0IGRlZmF1bHQgYWN0aW9uOyIsICJpbXBvcnQgKiBhcyB6IGZyb20gJ3pvZCc7XG5leHBvcnQgY29uc3QgQ29udGFjdCA9IHoub2JqZWN0KHtcbiAgaWQ6IHouc3RyaW5nKCksXG4gIG5hbWU6IHouc3RyaW5nKCksXG4gIGVtYWlsOiB6LnN0cmluZygpXG59KTtcbmV4cG9ydCBjb25zdCBOZXdDb250YWN0ID0gei5vYmplY3Qoe1xuICBuYW1lOiB6LnN0cmluZygpLFxuICBlbWFpbDogei5zdHJpbmcoKVxufSk7Il0sCiAgIm1hcHBpbmdzIjogIjs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7O0FBQUE7QUFBQTtBQUFBO0FBQUE7QUFBQTs7O0FDQUEsUUFBbUI7QUFDWixJQUFNLFVBQVksU0FBTztBQUFBLEVBQzlCLElBQU0sU0FBTztBQUFBLEVBQ2IsTUFBUSxTQUFPO0FBQUEsRUFDZixPQUFTLFNBQU87QUFDbEIsQ0FBQztBQUNNLElBQU0sYUFBZSxTQUFPO0FBQUEsRUFDakMsTUFBUSxTQUFPO0FBQUEsRUFDZixPQUFTLFNBQU87QUFDbEIsQ0FBQzs7O0FEUEQsSUFBTSxTQUFTO0FBQUEsRUFDYixNQUFNO0FBQUEsRUFDTixhQUFhO0FBQUEsRUFDYixTQUFTO0FBQUEsRUFDVCxPQUFPO0FBQUEsRUFDUCxRQUFRO0FBQUEsRUFDUixNQUFNLE9BQU8sT0FBTyxVQUFVO0FBQzVCLFVBQU0sU0FBUyxNQUFNLE1BQU0saUJBQWlCO0FBQUEsTUFDMUMsV0FBVztBQUFBLE1BQ1g7QUFBQSxJQUNGLENBQUM7QUFDRCxVQUFNLFdBQVcsTUFBTSxNQUFNLEtBQUs7QUFBQSxNQUNoQyxVQUFVO0FBQUEsTUFDVixNQUFNLE9BQU87QUFBQSxNQUNiLFNBQVM7QUFBQSxJQUNYLENBQUM7QUFDRCxXQUFPLFFBQVEsTUFBTSxTQUFTLElBQUk7QUFBQSxFQUNwQztBQUNGO0FBRUEsSUFBTyx5QkFBUTsiLAogICJuYW1lcyI6IFtdCn0K
