import Testing
import TomConversation
import TomRealtime

/// Whatever happens, in whatever order: what the client is sent holds together.
@Suite struct DialogueInvariantTests {
    @Test(arguments: 0..<60)
    func whatIsSentHoldsTogether(seed: Int) throws {
        var chance = SplitMix64(state: UInt64(seed))
        let dialect = seed % 4 == 0 ? RealtimeDialect.beta : .ga
        var play = RandomPlay(
            DialogueScene(dialect) {
                $0.modality = seed % 3 == 0 ? .text : .audio
                $0.transcription = seed % 2 == 0 ? .init() : nil
            })
        for _ in 0..<250 { play.step(&chance) }
        play.endEverything()
        var reading = ClientReading(dialect)
        var encoder = RealtimeServerEventEncoder(dialect: dialect, seed: "s")
        var ids: Set<String> = []
        for event in play.scene.sent {
            reading.read(event)
            #expect(ids.insert(try #require(try encoder.members(event)["event_id"]?.text)).inserted)
        }
        reading.conclude()
        #expect(reading.faults == [])
        // Anything less would show that nothing happens in these plays.
        #expect(reading.responsesDone > 5 && reading.itemsAdded > 10)
    }

    @Test func theSameEventsGiveTheSameAnswers() {
        let plays = (0..<2).map { _ in
            var chance = SplitMix64(state: 42)
            var play = RandomPlay(DialogueScene())
            for _ in 0..<250 { play.step(&chance) }
            return play.scene.sent
        }
        #expect(plays[0] == plays[1])
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers for the same seed on every machine.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
