import Foundation
import TomConversation
import TomErrors
import TomRealtime
import TomSession

// From the client to the session.
extension RealtimeCall {
    /// Counts a message against the call's rates; `false` when it ended the call.
    func admit(_ bytes: Int) -> Bool {
        guard socket != nil else { return false }
        guard let exceeded = intake.admit(bytes: bytes, now: Clocks.monotonicSeconds()) else { return true }
        rateExceeded(exceeded)
        return false
    }

    private func rateExceeded(_ exceeded: CallIntake.Exceeded) {
        surroundings.metrics.rateLimited(kind: exceeded.rawValue)
        write([
            dialogue.fault(
                RealtimeFault(
                    .rateLimit, code: "rate_limit_exceeded",
                    message: "Too many \(exceeded.rawValue) in too short a time. Send audio as it is spoken."))
        ])
        finish(Termination(result: .failed, reason: .rateLimited))
    }

    func received(frame bytes: Int) {
        guard socket != nil, let exceeded = intake.admitFrame(bytes: bytes, now: Clocks.monotonicSeconds()) else {
            return
        }
        rateExceeded(exceeded)
    }

    func received(text: UnsafeRawBufferPointer) {
        guard admit(text.count) else { return }
        do throws(RealtimeFault) {
            let (event, eventID) = try decoder.decode(text, audioInto: &audio)
            // The one event that comes fifty times a second needs no deciding.
            if case .audioAppend = event { return hear() }
            for request in dialogue.receive(event, eventID: eventID) {
                // What was asked for may have ended the call.
                guard socket != nil else { return }
                carryOut(request)
            }
            dialogue.requestIsOver()
            flush()
        } catch { refuse(error) }
    }

    private func hear() {
        audio.withUnsafeBytes { session?.receiveAudio($0) }
        // A message of unusual size must not hold its memory for the rest of the call.
        if audio.capacity > Self.usualAudioBytes { audio = [] }
    }

    /// Two seconds of PCM at 24 kHz: more than any client sends at once while somebody speaks.
    private static let usualAudioBytes = 96_000

    private func carryOut(_ request: RealtimeRequest) {
        switch request {
        case .hear: hear()
        case .configure(let next):
            attempt {
                try session?.receive(.configure(ClientSettings(next)))
            } then: {
                write(dialogue.configured())
            }
        case .input(let input): attempt { try session?.receive(.input(input)) }
        case .respond(let response):
            let wanted = RequestedResponse(response, in: session, over: dialogue.session)
            attempt { try session?.receive(.respond(response.id, wanted)) }
        case .respondOutOfBand(let response): respondBeside(response)
        case .cancelOutOfBand(let id): sideResponses[id]?.cancel()
        case .retrieve(let id):
            let audio = session?.audio(of: id).map { Data($0).base64EncodedString() }
            write([dialogue.retrieved(session?.item(id), audio: audio)])
        case .hearItem(let audio):
            // The dialogue has seen that it is base64.
            guard let bytes = Data(base64Encoded: audio) else { return }
            attempt { try session?.receive(.hear([UInt8](bytes))) }
        case .tell(let event): write([event])
        }
    }

    private func attempt(_ body: () throws -> Void, then success: () -> Void = {}) {
        do {
            try body()
            success()
        } catch { refuse(RealtimeFault(describing: error)) }
    }

    /// Answers a bad message with an `error` event; the call goes on, unless it was one too many.
    func refuse(_ fault: RealtimeFault) {
        surroundings.metrics.protocolError(code: fault.code)
        write([dialogue.fault(fault)])
        flush()
        guard intake.countError(now: Clocks.monotonicSeconds()) else { return }
        finish(Termination(result: .failed, reason: .protocolError))
    }
}
