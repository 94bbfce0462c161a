import Foundation
import Testing

@testable import TomWire

/// The catalog says what the encoders write and what the decoders demand.
struct CatalogTests {
    private static func parse(_ json: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    }

    private static let encodings: [(json: [UInt8], event: WireCatalog.Event, isClient: Bool)] = {
        func event(_ type: String, in catalog: [WireCatalog.Event]) -> WireCatalog.Event {
            catalog.first { $0.type == type } ?? .init(type: "?", aliases: [], fields: [])
        }
        return (Samples.fullClient + Samples.bareClient).map {
            ($0.json, event($0.message.name.rawValue, in: WireCatalog.client), true)
        }
            + (Samples.fullServer + Samples.bareServer).map {
                ($0.json, event($0.message.event.name.rawValue, in: WireCatalog.server), false)
            }
    }()

    @Test func everyEventIsListedOnce() {
        let client = WireCatalog.client.flatMap { [$0.type] + $0.aliases }
        #expect(client.sorted() == ClientEvent.Name.allCases.map(\.rawValue).sorted())
        #expect(WireCatalog.server.map(\.type).sorted() == ServerEvent.Name.allCases.map(\.rawValue).sorted())
    }

    /// Full samples have every listed field and no other; bare ones have every required field.
    @Test func encodingsHaveTheListedFields() throws {
        for (index, encoding) in Self.encodings.enumerated() {
            let isFull =
                index < Samples.fullClient.count
                || (Samples.fullClient.count + Samples.bareClient.count..<Self.encodings.count
                    - Samples.bareServer.count)
                    .contains(index)
            var object = try Self.parse(encoding.json)
            #expect(object.removeValue(forKey: "type") as? String == encoding.event.type)
            try Self.check(object, encoding.event.fields, isFull: isFull, encoding.event.type)
        }
    }

    private static func check(
        _ object: [String: Any], _ fields: [WireCatalog.Field], isFull: Bool, _ path: String
    ) throws {
        let names = Set(fields.map(\.name))
        let required = Set(fields.filter(\.isRequired).map(\.name))
        #expect(names.isSuperset(of: object.keys), "\(path): \(object.keys.sorted())")
        #expect(required.isSubset(of: object.keys), "\(path): \(object.keys.sorted())")
        if isFull { #expect(names == Set(object.keys), "\(path)") }
        for field in fields {
            guard let value = object[field.name] else { continue }
            #expect(Self.value(value, is: field.kind), "\(path).\(field.name)")
            if case .object(let inner) = field.kind {
                try check(try #require(value as? [String: Any]), inner, isFull: isFull, "\(path).\(field.name)")
            }
        }
    }

    private static func value(_ value: Any, is kind: WireCatalog.Kind) -> Bool {
        let isBoolean = (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
        return switch kind {
        case .string: value is String
        case .choice(let choices): (value as? String).map(choices.contains) ?? false
        case .integer: !isBoolean && (value as? Double).map { $0 == $0.rounded() } ?? false
        case .number: !isBoolean && value is Double
        case .nullableNumber: value is NSNull || !isBoolean && value is Double
        case .boolean: isBoolean
        case .scalar: !(value is [Any]) && !(value is [String: Any])
        case .base64: (value as? String).flatMap { Data(base64Encoded: $0) } != nil
        case .strings: value is [String: String]
        case .object: value is [String: Any]
        }
    }

    /// Without a required field a message is refused for it; without an optional one it is read.
    @Test func decodersDemandWhatIsRequired() throws {
        for encoding in Self.encodings {
            let object = try Self.parse(encoding.json)
            try Self.eachField(encoding.event.fields, in: object, path: []) { path, field, without in
                let error = Self.decode(without, isClient: encoding.isClient)
                let name = (path + [field.name]).joined(separator: ".")
                if field.isRequired {
                    #expect(error?.kind == .missingField && error?.field == name, "\(encoding.event.type) \(name)")
                } else {
                    #expect(error == nil, "\(encoding.event.type) \(name)")
                }
            } wrongType: { path, field, wrong in
                let error = Self.decode(wrong, isClient: encoding.isClient)
                let name = (path + [field.name]).joined(separator: ".")
                #expect(error?.kind == .invalidField && error?.field == name, "\(encoding.event.type) \(name)")
            }
        }
    }

    /// Hands out `object` once without each field and once with an array in its place, nested objects included.
    private static func eachField(
        _ fields: [WireCatalog.Field], in object: [String: Any], path: [String],
        without: ([String], WireCatalog.Field, [String: Any]) throws -> Void,
        wrongType: ([String], WireCatalog.Field, [String: Any]) throws -> Void
    ) throws {
        for field in fields {
            guard let value = object[field.name] else { continue }
            var changed = object
            changed[field.name] = nil
            try without(path, field, changed)
            changed[field.name] = [Int]()
            try wrongType(path, field, changed)
            guard case .object(let inner) = field.kind, let nested = value as? [String: Any] else { continue }
            func rebuilt(_ inside: [String: Any]) -> [String: Any] {
                var outer = object
                outer[field.name] = inside
                return outer
            }
            try eachField(inner, in: nested, path: path + [field.name]) {
                try without($0, $1, rebuilt($2))
            } wrongType: {
                try wrongType($0, $1, rebuilt($2))
            }
        }
    }

    private static func decode(_ object: [String: Any], isClient: Bool) -> WireError? {
        guard let data = try? JSONSerialization.data(withJSONObject: object) else {
            return .init(.tooDeep, message: "")
        }
        do {
            if isClient { _ = try decodeClient([UInt8](data)) } else { _ = try decodeServer([UInt8](data)) }
            return nil
        } catch {
            return error
        }
    }
}
