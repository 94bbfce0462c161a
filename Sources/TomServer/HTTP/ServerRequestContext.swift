import HTTPTypes
import Hummingbird
import NIOCore

/// What routes know of a request besides its text.
struct ServerRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The request as the access policy sees it.
    func access(_ request: Request) -> AccessRequest {
        AccessRequest(
            peer: IPAddress(channel.remoteAddress), host: request.head.authority, fields: request.headers,
            queryTokens: request.uri.queryParameters[values: "t"].map(String.init))
    }
}
