import Testing
import TomConversation
import TomRealtime

/// Items that clients create, ask for, cut and delete.
@Suite struct DialogueItemTests {
    private typealias Content = Item.Content

    @Test(arguments: [
        (RealtimeItem.Kind.message(.user, [.text("One"), .text("two")]), Item.Content.typed("One\ntwo")),
        (
            .message(.user, [.audio(audio: "AAAA", transcript: "Hello")]),
            .speech(transcript: "Hello", durationMs: 0)
        ),
        (
            .message(.user, [.audio(audio: String(repeating: "A", count: 6_400), transcript: "Hello")]),
            .speech(transcript: "Hello", durationMs: 100)
        ),
        (
            .message(.user, [.text("Read this"), .audio(audio: nil, transcript: "aloud")]),
            .typed("Read this\naloud")
        ),
        (.message(.user, [.image(url: "data:,", detail: nil), .text("What is it?")]), .typed("What is it?")),
        (.message(.system, [.text("Be brief.")]), .instructions("Be brief.")),
        (.message(.assistant, [.text("Hello.")]), .reply(text: "Hello.", interrupted: false)),
        (
            .message(.assistant, [.audio(audio: nil, transcript: "Hello.")]),
            .reply(text: "Hello.", interrupted: false)
        ),
        (
            .functionCall(callID: "c", name: "book", arguments: #"{"seats": 2}"#),
            .toolCall(ToolCall(id: "c", name: "book", arguments: ["seats": 2], isForClient: true))
        ),
        (
            .functionCall(callID: "c", name: "book", arguments: ""),
            .toolCall(ToolCall(id: "c", name: "book", arguments: [:], isForClient: true))
        ),
    ])
    func anItemIsPutOnTheRecordAndToldOfAsItCame(kind: RealtimeItem.Kind, content: Item.Content) {
        var scene = DialogueScene()
        let requests = scene.create(kind, id: "mine", number: 1)
        #expect(requests == [.input(.insert(content, at: .end))])
        let item = RealtimeItem(id: "mine", status: .completed, kind: kind)
        #expect(scene.sent == [.itemAdded(item, after: nil), .itemDone(item, after: nil)])
        scene.ask(.itemRetrieve("mine")) {
            $0.retrieved(Item(id: ItemID(1), turn: TurnID(0), content: content))
        }
        #expect(scene.sent.last == .itemRetrieved(item))
    }

    @Test func itemsGoWhereTheClientWantsThem() {
        var scene = DialogueScene()
        let hello = RealtimeItem.Kind.message(.user, [.text("Hello")])
        scene.create(hello, id: "a", number: 1)
        scene.create(hello, id: "b", number: 2, after: ItemID(1))
        #expect(
            scene.create(hello, id: "c", at: .after("a"), number: 3, after: ItemID(1))
                == [.input(.insert(.typed("Hello"), at: .after(ItemID(1))))])
        #expect(scene.create(hello, id: "d", at: .front, number: 4) == [.input(.insert(.typed("Hello"), at: .front))])
        // The last one is the end, also by name.
        #expect(
            scene.create(hello, id: "e", at: .after("b"), number: 5, after: ItemID(2))
                == [.input(.insert(.typed("Hello"), at: .end))])
        var previous: [String: String?] = [:]
        for case .itemAdded(let item, let after) in scene.sent { previous[item.id ?? ""] = after }
        #expect(previous == ["a": nil, "b": "a", "c": "a", "d": nil, "e": "b"])
    }

    @Test func namesAreMadeWhereTheClientGivesNoneAndNeverTwice() {
        var scene = DialogueScene()
        let hello = RealtimeItem.Kind.message(.user, [.text("Hello")])
        scene.create(hello, id: "item_s_2", number: 1)
        scene.create(hello, number: 2)
        scene.create(hello, id: "", number: 3)
        #expect(scene.itemNames == ["item_s_2", "item_s_1", "item_s_3"])
        scene.forget()
        scene.create(hello, id: "item_s_1", number: 4)
        #expect(scene.fault?.code == "item_create_duplicate_item_id" && scene.fault?.param == "item.id")
    }

    @Test(arguments: [
        (RealtimeItem.Kind.message(.user, []), "item.content"),
        (.message(.user, [.image(url: "data:,", detail: nil)]), "item.content"),
        (.message(.user, [.text("Hi"), .audio(audio: "AAAA", transcript: nil)]), "item.content[1]"),
        (.message(.user, [.audio(audio: "AAA", transcript: nil)]), "item.content[0].audio"),
        (.message(.user, [.audio(audio: "", transcript: nil)]), "item.content[0].audio"),
        (.message(.system, []), "item.content"),
        (.message(.assistant, [.audio(audio: "AAAA", transcript: "Hi")]), "item.content[0]"),
        (.functionCall(callID: "c", name: "book", arguments: "[1]"), "item.arguments"),
        (.functionCall(callID: "c", name: "book", arguments: "{"), "item.arguments"),
        (.functionCallOutput(callID: "nobodys", output: ""), "item.call_id"),
        (.mcp(type: "mcp_call", [:]), "item.type"),
    ])
    func anItemThatCannotBeIsRefusedWithItsFault(kind: RealtimeItem.Kind, param: String) {
        var scene = DialogueScene()
        scene.ask(
            .itemCreate(RealtimeItem(id: nil, status: nil, kind: kind), at: .end), eventID: "e1")
        #expect(scene.sent.count == 1)
        #expect(scene.fault?.param == param && scene.fault?.eventID == "e1")
    }

    @Test func anItemBehindNoneIsRefused() {
        var scene = DialogueScene()
        scene.create(.message(.user, [.text("Hello")]), at: .after("nobodys"), number: 1)
        #expect(scene.fault?.code == "item_create_invalid_previous_item_id")
        #expect(scene.fault?.param == "previous_item_id")
    }

    @Test func audioWithoutWordsIsHeardAtTheEndOnly() {
        var scene = DialogueScene()
        scene.create(.message(.user, [.text("Hello")]), id: "a", number: 1)
        scene.create(.message(.user, [.text("Hello")]), id: "b", number: 2, after: ItemID(1))
        let audio = RealtimeItem.Kind.message(.user, [.audio(audio: "AAAA", transcript: nil)])
        scene.create(audio, at: .after("a"), number: 3)
        #expect(scene.fault?.param == "previous_item_id")
        #expect(scene.create(audio, at: .after("b"), number: 3) == [.hearItem(audio: "AAAA")])
    }

    @Test func aFunctionCallIsNamedWhereTheClientDoesNot() {
        var scene = DialogueScene()
        scene.create(.functionCall(callID: "", name: "book", arguments: "{}"), number: 1)
        guard case .itemAdded(let item, _) = scene.sent.first, case .functionCall(let callID, _, _) = item.kind else {
            Issue.record("no function call was told of")
            return
        }
        #expect(callID.hasPrefix("call_s_"))
        scene.create(.functionCallOutput(callID: callID, output: "ok"), number: 2, after: ItemID(1))
        #expect(scene.fault == nil)
    }

    @Test func theOutputOfADeletedCallIsRefused() {
        var scene = DialogueScene()
        scene.create(.functionCall(callID: "c", name: "book", arguments: "{}"), id: "call", number: 1)
        scene.create(.functionCallOutput(callID: "c", output: "ok"), id: "output", number: 2, after: ItemID(1))
        scene.ask(.itemDelete("output")) { $0.tell(.itemDeleted(ItemID(2))) }
        scene.create(.functionCallOutput(callID: "c", output: "ok"), number: 3, after: ItemID(1))
        #expect(scene.fault == nil)
        scene.ask(.itemDelete("call")) { $0.tell(.itemDeleted(ItemID(1))) }
        scene.create(.functionCallOutput(callID: "c", output: "ok"), number: 4)
        #expect(scene.fault?.code == "invalid_tool_call_id")
    }

    // MARK: Retrieving

    @Test func anItemIsRetrievedWithItsAudio() {
        var scene = DialogueScene { $0.transcription = .init() }
        scene.speak(turn: 1, item: 1)
        let requests = scene.ask(.itemRetrieve("item_s_1")) {
            $0.retrieved(
                Item(id: ItemID(1), turn: TurnID(1), content: .speech(transcript: "hello", durationMs: 1_500)),
                audio: "AAAA")
        }
        #expect(requests == [.retrieve(ItemID(1))])
        #expect(
            scene.sent.last
                == .itemRetrieved(
                    RealtimeItem(
                        id: "item_s_1", status: .completed,
                        kind: .message(.user, [.audio(audio: "AAAA", transcript: "hello")]))))
    }

    @Test func whatWasCutIsRetrievedAsItWasHeard() {
        var scene = DialogueScene()
        scene.reply("Our opening hours are long.", item: 1, response: 1)
        scene.ask(.itemTruncate("item_s_2", contentIndex: 0, audioEndMs: 700)) {
            $0.tell(.itemTruncated(ItemID(1), audioMs: 700))
        }
        #expect(scene.sent.last == .itemTruncated("item_s_2", contentIndex: 0, audioEndMs: 700))
        scene.ask(.itemRetrieve("item_s_2")) {
            $0.retrieved(
                Item(id: ItemID(1), turn: TurnID(1), content: .reply(text: "Our opening", interrupted: true)))
        }
        #expect(
            scene.sent.last
                == .itemRetrieved(
                    RealtimeItem(
                        id: "item_s_2", status: .incomplete,
                        kind: .message(.assistant, [.audio(audio: nil, transcript: "Our opening")]))))
    }

    @Test func anItemThatTheRecordHasDroppedIsNotThere() {
        var scene = DialogueScene()
        scene.create(.message(.user, [.text("Hello")]), id: "a", number: 1)
        scene.ask(.itemRetrieve("a"), eventID: "e") { $0.retrieved(nil) }
        #expect(scene.fault?.code == "item_retrieve_invalid_item_id" && scene.fault?.eventID == "e")
    }

    // MARK: Bounds

    @Test func picturesOfOldItemsAreForgottenFirst() {
        var scene = DialogueScene()
        let picture = "data:," + String(repeating: "x", count: 6 << 20)
        for number in 1...3 {
            scene.create(
                .message(.user, [.text("\(number)"), .image(url: picture, detail: nil)]), id: "i\(number)",
                number: number, after: number == 1 ? nil : ItemID(number - 1))
        }
        scene.forget()
        for number in 1...3 {
            scene.ask(.itemRetrieve("i\(number)")) {
                $0.retrieved(Item(id: ItemID(number), turn: TurnID(0), content: .typed("\(number)")))
            }
        }
        let parts = scene.sent.map { event in
            if case .itemRetrieved(let item) = event, case .message(_, let parts) = item.kind { parts.count } else { 0 }
        }
        #expect(parts == [1, 2, 2])
    }

    @Test func theOldestItemsAreForgotten() {
        var scene = DialogueScene()
        for number in 1...1_001 {
            scene.create(
                .message(.user, [.text("Hello")]), id: "i\(number)", number: number,
                after: number == 1 ? nil : ItemID(number - 1))
        }
        scene.ask(.itemDelete("i1"))
        #expect(scene.fault?.code == "item_delete_invalid_item_id")
        #expect(scene.ask(.itemDelete("i2")) == [.input(.delete(ItemID(2)))])
    }
}
