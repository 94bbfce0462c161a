import Foundation
import Testing
import TomEngines

@testable import TomSherpa

@Suite struct OnnxFileTests {
    private func file(_ bytes: [UInt8]) throws -> OnnxFile {
        let path = NSTemporaryDirectory() + "tom-onnx-" + UUID().uuidString
        try Data(bytes).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try OnnxFile(path: path, stage: .stt)
    }

    /// An empty graph and one entry of metadata, `a` = `b`.
    private let small: [UInt8] = [0x08, 8, 0x3A, 2, 0, 0, 0x72, 6, 0x0A, 1, 0x61, 0x12, 1, 0x62]

    @Test func metadataIsRead() throws {
        #expect(try file(small).metadata == ["a": "b"])
        #expect(try file(small + [0x72, 3, 0x0A, 1, 0x63]).metadata == ["a": "b", "c": ""])
    }

    @Test func whatGoesInAndComesOutIsRead() throws {
        // An input `x` with a type, an input `z`, an output `y`.
        let graph: [UInt8] = [0x5A, 5, 0x0A, 1, 0x78, 0x12, 0, 0x5A, 3, 0x0A, 1, 0x7A, 0x62, 3, 0x0A, 1, 0x79]
        let model = try file([0x3A, UInt8(graph.count)] + graph + small.suffix(8))
        #expect(model.inputs == ["x", "z"] && model.outputs == ["y"] && model.metadata == ["a": "b"])
        // A graph that ends within an entry; the file is whole.
        #expect(try file([0x3A, 3] + graph.prefix(3)).inputs == [])
    }

    @Test func aFileThatEndsAnywhereIsNotWhole() {
        for count in small.indices where ![2, 6].contains(count) || count == 2 {
            #expect(throws: EngineError.self) { try file(Array(small.prefix(count))) }
        }
        // Whole fields with a graph among them are a model without metadata.
        #expect((try? file(Array(small.prefix(6))))?.metadata == [:])
    }

    @Test func anyBytesAreRefusedOrRead() {
        var state: UInt64 = 11
        for _ in 0..<500 {
            let bytes = (0..<40).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
            _ = try? file(Array(small.prefix(Int(state >> 60))) + bytes)
        }
    }
}

@Suite struct SpokenWordsTests {
    private func text(_ words: SpokenWords) -> [String] {
        guard case .phonemes(let sentences) = words else { return [] }
        return sentences.map { String(String.UnicodeScalarView($0.compactMap { Unicode.Scalar(UInt32($0)) })) }
    }

    @Test func clausesEndAtMarksBeforeSpace() {
        let clauses = SpokenWords.clauses("Well, at 10:30 for 3.5 hours! Yes?  … ok")
        #expect(clauses.map(\.words) == ["Well", "at 10:30 for 3.5 hours", "Yes", "… ok"])
        #expect(clauses.map(\.mark) == [",", "!", "?", "."])
    }

    @Test func marksGoBackWhereTheyWere() {
        let words = SpokenWords(lines: ["wel", " ət tɛn ", "jɛs"], of: "Well, at ten! Yes?")
        #expect(text(words) == ["wel, ət tɛn!", "jɛs?"])
    }

    @Test func withOtherLinesTheLastMarkCounts() {
        #expect(text(SpokenWords(lines: ["a", "b", "c"], of: "One. Two?")) == ["a b c?"])
        #expect(text(SpokenWords(lines: ["", " "], of: "One.")) == [])
    }

    @Test func changesOfLanguageAndTiesAreDropped() {
        let words = SpokenWords(lines: ["(en)t\u{200D}ʃɛk(de) ç"], of: "Check")
        #expect(text(words) == ["tʃɛk c\u{327}."])
    }
}

@Suite struct HeardTextTests {
    @Test func capitalsAndWhiteSpaceAreTidied() {
        #expect(HeardText.cleaned(" WHEN ARE  YOU OPEN ") == "when are you open")
        #expect(HeardText.cleaned(" When are you open?") == "When are you open?")
        #expect(HeardText.cleaned("[MUSIC] yes [BLANK_AUDIO]") == "yes")
        #expect(HeardText.cleaned("I") == "I")
        #expect(HeardText.cleaned("12 30") == "12 30")
    }
}
