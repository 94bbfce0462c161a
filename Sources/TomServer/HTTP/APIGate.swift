import Hummingbird

/// The door of the API's plain requests: who may pass, and how often who may not is counted.
struct APIGate: Sendable {
    let access: AccessPolicy
    let metrics: ServerMetrics

    /// - Throws: `ServerError` for a request that may not do what `scope` opens.
    func admit(
        _ request: Request, _ context: ServerRequestContext, _ scope: APIScope
    ) async throws(ServerError) -> APIAdmission {
        do throws(ServerError) {
            return try await access.admitAPI(context.access(request), scope, now: Clocks.unixSeconds())
        } catch {
            metrics.unauthorized(error)
            throw error
        }
    }
}
