import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import TomErrors

/// Turns every error of a route into problem details, counts requests and logs failures without what could be personal.
struct ProblemResponses: RouterMiddleware {
    let metrics: ServerMetrics

    func handle(
        _ request: Request, context: ServerRequestContext,
        next: (Request, ServerRequestContext) async throws -> Response
    ) async throws -> Response {
        let response: Response
        do {
            response = try await next(request, context)
        } catch {
            let refusal = Self.refusal(for: error, context.logger)
            response = Problem.response(refusal, path: request.uri.path)
            context.logger.debug(
                "request refused",
                metadata: ["error.code": "\(refusal.code)", "http.status": "\(refusal.status)"])
        }
        metrics.request(route: context.endpointPath ?? "none", status: response.status.code)
        return response
    }

    private static func refusal(for error: any Error, _ logger: Logger) -> ServerError {
        switch error {
        case let error as ServerError: return error
        case let error as HTTPError where error.status == .notFound: return .notFound
        case let error as HTTPError:
            return ServerError(
                "http.status_\(error.status.code)", status: error.status.code, .invalidRequest,
                error.status.reasonPhrase, hint: nil)
        // a client that went away in the middle of its request is no failure of the server's
        case is HTTPParserError, is ChannelError, is ChannelPipelineError: return .clientGone
        default:
            logger.error("request failed", metadata: ["error.type": "\(type(of: error))"])
            return ServerError(
                "server.internal", status: 500, .server, "the server failed to answer", hint: "See the server's log.")
        }
    }
}
