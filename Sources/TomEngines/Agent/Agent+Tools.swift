extension Agent {
    /// What language models may do for this agent besides talking.
    public struct Tools: Sendable, Equatable {
        /// Of `take_message` and `end_call` those that models are offered.
        public var builtIn: [BuiltInTool] = [.takeMessage, .endCall]
        /// To whom calls may be handed; none: `transfer_call` is not offered.
        public var transfers: [TransferTarget] = []
        public var webhooks: [Webhook] = []
        public var servers: [ToolServer] = []
        public init() {}

        /// How every setting that holds a secret of a tool begins: an agent file must not be able to send away any other.
        public static let secretPrefix = "TOOL_SECRET_"
    }

    /// Somebody a call may be handed to.
    public struct TransferTarget: Sendable, Equatable {
        /// What the model calls it: `sales`.
        public let name: String
        /// When to hand a call to it.
        public let description: String
        /// Where it is, as the transport understands it: `sip:sales@example.org`, `+4930123`.
        public let address: String

        public init(name: String, description: String, address: String) {
            self.name = name
            self.description = description
            self.address = address
        }
    }

    /// A tool that is run by a request to somebody's HTTP server.
    public struct Webhook: Sendable, Equatable {
        public let name: String
        public let description: String
        public let parameters: JSONSchema
        public let url: String
        /// The setting that holds the key requests are signed with; `nil`: they are not signed.
        public let secret: String?
        /// Header fields, and the settings that hold their values.
        public let headers: [String: String]
        /// `nil`: as long as any tool may take.
        public let timeout: Duration?
        /// How often a request is sent again when nobody took it.
        public let retries: Int

        public init(
            name: String, description: String, parameters: JSONSchema, url: String, secret: String? = nil,
            headers: [String: String] = [:], timeout: Duration? = nil, retries: Int = 2
        ) {
            self.name = name
            self.description = description
            self.parameters = parameters
            self.url = url
            self.secret = secret
            self.headers = headers
            self.timeout = timeout
            self.retries = retries
        }
    }

    /// A server of tools that speaks the Model Context Protocol.
    public struct ToolServer: Sendable, Equatable {
        /// What its tools' names begin with, before an underscore.
        public let name: String
        public let url: String
        /// The setting that holds the bearer token; `nil`: none is sent.
        public let token: String?
        /// The server's own names of the tools that are offered; `nil`: all.
        public let allowed: [String]?
        /// `nil`: as long as any tool may take.
        public let timeout: Duration?

        public init(
            name: String, url: String, token: String? = nil, allowed: [String]? = nil, timeout: Duration? = nil
        ) {
            self.name = name
            self.url = url
            self.token = token
            self.allowed = allowed
            self.timeout = timeout
        }
    }
}
