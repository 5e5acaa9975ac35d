const HTTP_EXCEPTION =
  /^(HttpException|(BadRequest|Unauthorized|Forbidden|NotFound|Conflict|Gone|InternalServerError|NotImplemented|BadGateway|ServiceUnavailable|GatewayTimeout|PayloadTooLarge|UnprocessableEntity|MethodNotAllowed)Exception)$/;

/** Callers see catalogued errors: Nest's HTTP exceptions carry prose and a status, no code. */
export const throwAppErrorOnly = {
  meta: { messages: { http: "throw AppError with a catalogued code, not Nest's {{name}}" } },
  create(context) {
    return {
      ThrowStatement(node) {
        const name = node.argument?.callee?.name;
        if (name && HTTP_EXCEPTION.test(name)) context.report({ node, messageId: 'http', data: { name } });
      },
    };
  },
};
