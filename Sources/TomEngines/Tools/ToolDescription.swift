public import TomConversation

/// A tool as a language model is told of it.
public struct ToolDescription: Sendable, Equatable {
    /// 1 to 64 of `A-Z a-z 0-9 _ -`, which is what every API of models takes.
    public let name: String
    /// When and what for the model is to call it.
    public let description: String
    /// JSON Schema of the arguments, an object.
    public let parameters: JSONValue

    public init(name: String, description: String, parameters: JSONValue) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }

    /// Whether `name` can be the name of a tool.
    public static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(isNameByte)
    }

    /// A name for a tool that goes by another one where it comes from: what is not allowed becomes `_`, what is too long is cut.
    public static func name(from text: String) -> String {
        String(decoding: text.utf8.prefix(64).map { isNameByte($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// The tools that TOM brings itself.
public enum BuiltInTool: String, Sendable, Equatable, CaseIterable {
    /// Keeps what the caller leaves.
    case takeMessage = "take_message"
    /// Hangs up once the goodbye has been heard.
    case endCall = "end_call"
    /// Hands the call to somebody else.
    case transferCall = "transfer_call"
}
