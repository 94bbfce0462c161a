import TomConversation
import TomRealtime

/// What the caller, the engines and the clock do: a character each, and a digit for how.
extension RealtimePlay {
    /// A step that ends here is over, as the session is.
    private static let longestCallMs = 1_200_000

    mutating func step(through text: ArraySlice<UInt8>) {
        var rest = text
        var back = 0
        while let byte = rest.popFirst(), !isOver {
            var digit = 0
            if let next = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) {
                digit = Int(next - UInt8(ascii: "0"))
                rest.removeFirst()
            }
            let character = Unicode.Scalar(byte)
            // The next step is not about the latest of its kind, but about an earlier one.
            if character == "'" {
                back = digit
                continue
            }
            let isTaken =
                passTime(character, digit) || hear(character, digit, back) || generate(character, digit, back)
                || synthesize(character, digit, back) || deliver(character, digit) || aside(character, digit, back)
                || remoteTool(character, back)
            if isTaken { back = 0 }
        }
    }

    private func earlier<Element>(_ list: [Element], _ back: Int) -> Element? {
        back < list.count ? list[list.count - 1 - back] : nil
    }

    private var failure: EngineFailure { EngineFailure(code: "x.failed", message: "it \"failed\"") }

    // MARK: Clock and caller

    private mutating func passTime(_ step: Unicode.Scalar, _ digit: Int) -> Bool {
        let unit: Int
        switch step {
        case ".": unit = 20
        case ",": unit = 200
        case ";": unit = 2_000
        case "!": unit = 20_000
        case "H":
            process(.hangUp(Termination(result: .completed, reason: .connectionLost)))
            return true
        default: return false
        }
        if now < Instant(milliseconds: Self.longestCallMs) { pass(ms: unit * (digit + 1)) }
        return true
    }

    private mutating func hear(_ step: Unicode.Scalar, _ digit: Int, _ back: Int) -> Bool {
        switch step {
        case "(":
            guard !isManual, !isVoiced else { return true }
            isVoiced = true
            process(.speechStarted(audioMs: max(inputMs - digit * 100, 0), agoNs: Int64(digit) * 100_000_000))
        case ")":
            guard !isManual, isVoiced else { return true }
            isVoiced = false
            process(.speechStopped(audioMs: max(inputMs - digit * 100, 0), agoNs: Int64(digit) * 100_000_000))
        case "%":
            guard let pause = earlier(work.pauses, back) else { return true }
            process(.pauseJudged(pause.turn, audioMs: pause.audioMs, complete: digit % 2 == 0, probability: 0.5))
        case "w", "i", "n", "q", "x", "r":
            guard let turn = earlier(work.transcriptions, back) else { return true }
            process(transcript(step, digit, of: turn))
        default: return false
        }
        return true
    }

    private func transcript(_ step: Unicode.Scalar, _ digit: Int, of turn: TurnID) -> Conversation.Input {
        switch step {
        case "w": .transcriptFinal(turn, text: words(digit), language: "en", confidence: 0.5)
        case "i": .transcriptInterim(turn, text: words(digit), turnComplete: digit % 3 == 0 ? nil : digit % 3 == 1)
        case "n": .transcriptFinal(turn, text: nil, language: nil, confidence: nil)
        case "q": .transcriptFinal(turn, text: " ", language: nil, confidence: nil)
        case "r": .engineReplaced(.transcription(turn))
        default: .transcriptionFailed(turn, failure)
        }
    }

    private func words(_ digit: Int) -> String {
        digit == 9
            ? repeated : ["what is that", "What is that?", "mhm", "yes", "a \"b\"\\ \u{0}", "äö\u{1F600}"][digit % 6]
    }

    /// What the client sent last, as engines that know it would say it.
    private var repeated: String { String(String(decoding: lastFrame, as: UTF8.self).unicodeScalars.prefix(100)) }

    // MARK: Model and tools

    private mutating func generate(_ step: Unicode.Scalar, _ digit: Int, _ back: Int) -> Bool {
        switch step {
        case "o", "O":
            guard let tool = earlier(work.tools, back) else { return true }
            let output = ToolOutput(callID: tool.call.id, succeeded: step == "o", output: "done \(digit)")
            process(.toolFinished(tool.id, output))
            return true
        case "t", "u", "c", "C", "m", "y", "z", "k", "f", "F", "b", "R":
            guard let id = earlier(work.generations, back) else { return true }
            process(generation(step, digit, of: id))
            return true
        default: return false
        }
    }

    private func generation(_ step: Unicode.Scalar, _ digit: Int, of id: GenerationID) -> Conversation.Input {
        switch step {
        case "t": .responseText(id, text(digit))
        case "u": .responseAudio(id, samples: digit * 2_400)
        case "c":
            .responseTool(
                id, ToolCall(id: "c\(digit)", name: "f", arguments: ["n": 1, "\"": [.null]], isForClient: true))
        case "C": .responseTool(id, ToolCall(id: "c\(digit)", name: "take_message", arguments: [:]))
        case "m": .responseMemory(id, "m")
        case "y": .responseExpects(id, Expectation.allCases[digit % Expectation.allCases.count])
        case "z": .responseEndsCall(id)
        case "k": .responseCutShort(id, digit % 2 == 0 ? .maxTokens : .contentFilter)
        case "F": .responseFailed(id, failure)
        case "b": .responseBroke(id, failure)
        case "R": .engineReplaced(.generation(id))
        default: .responseFinished(id)
        }
    }

    private func text(_ digit: Int) -> String {
        let texts = [
            "Yes. ", "I see", " three! ", "a longer sentence stands here, with a clause. ", "", " ", "e.g. ",
            "\n\u{0}\"\\",
            String(repeating: "flood ", count: 800),
        ]
        return digit == 9 ? repeated : texts[digit]
    }

    // MARK: Voice and socket

    private mutating func synthesize(_ step: Unicode.Scalar, _ digit: Int, _ back: Int) -> Bool {
        guard ["a", "A", "s", "S", "B", "V"].contains(step) else { return false }
        guard let segment = earlier(work.segments, back) else { return true }
        switch step {
        case "a": process(.audioGenerated(segment, samples: 2_400 * digit + 1))
        case "A": process(.audioGenerated(segment, samples: 240_000))
        case "S": process(.synthesisFailed(segment, failure))
        case "B": process(.synthesisBroke(segment, failure))
        case "V": process(.engineReplaced(.synthesis(segment)))
        default: process(.synthesisFinished(segment))
        }
        return true
    }

    private mutating func deliver(_ step: Unicode.Scalar, _ digit: Int) -> Bool {
        switch step {
        case "|": isWritable = false
        case "_":
            isWritable = true
            sendPlayout(upTo: Int.max)
        case "v": sendPlayout(upTo: 480 * (digit + 1))
        default: return false
        }
        return true
    }

    // MARK: Beside the conversation

    private mutating func aside(_ step: Unicode.Scalar, _ digit: Int, _ back: Int) -> Bool {
        guard ["d", "g", "j", "l", "L"].contains(step) else { return false }
        guard let request = earlier(work.asides, back) else { return true }
        switch step {
        case "d": tell(.text(text(digit)), of: request)
        case "g": speak(aside: request)
        case "j":
            let call = ToolCall(id: digit == 0 ? "" : "c\(digit)", name: "f", arguments: [:], isForClient: true)
            tell(.toolCall(call), of: request)
        case "L": tell(.ended(.failed(failure)), of: request)
        default: tell(.ended(digit == 0 ? .completed : .incomplete(.maxTokens)), of: request)
        }
        return true
    }

    private mutating func remoteTool(_ step: Unicode.Scalar, _ back: Int) -> Bool {
        switch step {
        case "[": tell(.listing(server: "crm"))
        case "]": tell(.listed(server: "crm", tools: [["name": "f"]]))
        case "^": tell(.listingFailed(server: "crm"))
        case "<", "=", "?":
            guard let response = earlier(work.generations, back)?.response else { return true }
            let call = ToolCall(id: "m", name: "f", arguments: ["n": 1])
            switch step {
            case "<": tell(.calling(call, server: "crm", response: response))
            case "=": tell(.called(call: call.id, response: response, output: "ok"))
            default: tell(.callFailed(call: call.id, response: response, message: "no"))
            }
        default: return false
        }
        return true
    }
}
