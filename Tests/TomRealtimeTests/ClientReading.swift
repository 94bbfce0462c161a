import TomConversation
import TomRealtime

/// A client that follows what it is sent and notes what does not hold together.
struct ClientReading {
    private struct Output {
        let id: String
        var isOpen = true
        var isPartOpen = false
        /// What the deltas add up to.
        var text = ""
        /// What `.done` said it was.
        var doneText: String?
        var isAudioDone = false
    }

    private let dialect: RealtimeDialect
    private var outputs: [String: [Output]] = [:]
    private var doneResponses: Set<String> = []
    /// Items of the conversation: whether they are done.
    private var items: [String: Bool] = [:]
    private(set) var faults: [String] = []
    private(set) var itemsAdded = 0
    var responsesDone: Int { doneResponses.count }

    init(_ dialect: RealtimeDialect) { self.dialect = dialect }

    private mutating func require(_ condition: Bool, _ fault: @autoclosure () -> String) {
        if !condition { faults.append(fault()) }
    }

    mutating func read(_ event: RealtimeServerEvent) {
        switch event {
        case .itemAdded(let item, let after): added(item, after)
        case .itemDone(let item, let after):
            let id = item.id ?? ""
            require(dialect == .ga, "\(id) is told of twice in the beta")
            require(items[id] == false, "\(id) is done and was not there, or was done before")
            require(item.status != .inProgress, "\(id) is done and in progress")
            items[id] = true
            if let after { require(after != id, "\(id) comes after itself") }
        case .itemDeleted(let id):
            require(items.removeValue(forKey: id) != nil, "\(id) is deleted and was not there")
        case .itemRetrieved(let item): require(items[item.id ?? ""] != nil, "\(item.id ?? "") is not there")
        case .responseCreated(let response):
            require(outputs[response.id] == nil, "\(response.id) is created twice")
            require(response.status == .inProgress && response.output.isEmpty, "\(response.id) begins over")
            outputs[response.id] = []
        case .responseDone(let response): done(response)
        default: readOutput(event)
        }
    }

    private mutating func added(_ item: RealtimeItem, _ after: String?) {
        let id = item.id ?? ""
        require(items[id] == nil, "\(id) is added twice")
        if let after { require(items[after] != nil, "\(id) comes after \(after), which is not there") }
        items[id] = dialect == .beta
        itemsAdded += 1
    }

    private mutating func done(_ response: RealtimeResponse) {
        guard let told = outputs[response.id] else { return faults.append("\(response.id) was not created") }
        require(doneResponses.insert(response.id).inserted, "\(response.id) is done twice")
        require(told.allSatisfy { !$0.isOpen }, "\(response.id) is done before its items")
        require(response.output.map(\.id) == told.map(\.id), "\(response.id) has another output")
        require(response.output.allSatisfy { $0.status != .inProgress }, "\(response.id) has unfinished output")
        require(response.status != .inProgress, "\(response.id) is done and in progress")
    }

    private mutating func readOutput(_ event: RealtimeServerEvent) {
        switch event {
        case .outputItemAdded(let response, let index, let item):
            require(outputs[response]?.count == index, "\(item.id ?? "") has the index \(index)")
            require(!doneResponses.contains(response), "\(response) goes on after its end")
            outputs[response]?.append(Output(id: item.id ?? ""))
        case .outputItemDone(let response, let index, let item):
            let place = RealtimeOutputPlace(response: response, item: item.id ?? "", outputIndex: index)
            change(place) { output in
                let isWhole = output.isOpen && !output.isPartOpen
                output.isOpen = false
                return isWhole && item.status != .inProgress
            }
        case .contentPartAdded(let place, _):
            change(place.output) { output in
                defer { output.isPartOpen = true }
                return output.isOpen && !output.isPartOpen && output.doneText == nil
            }
        case .audioTranscriptDelta(let place, let delta), .textDelta(let place, let delta):
            change(place.output) { output in
                output.text += delta
                return output.isPartOpen && !delta.isEmpty && output.doneText == nil
            }
        case .audioDone(let place):
            change(place.output) { output in
                defer { output.isAudioDone = true }
                return output.isPartOpen && !output.isAudioDone && output.doneText == nil
            }
        case .audioTranscriptDone(let place, let text):
            change(place.output) { output in
                output.doneText = text
                return output.isPartOpen && output.isAudioDone && output.text == text
            }
        case .textDone(let place, let text):
            change(place.output) { output in
                output.doneText = text
                return output.isPartOpen && output.text == text
            }
        case .contentPartDone(let place, .audio(let text)), .contentPartDone(let place, .text(let text)):
            change(place.output) { output in
                defer { output.isPartOpen = false }
                return output.isPartOpen && output.doneText == text
            }
        case .functionArgumentsDelta(let place, _, _), .functionArgumentsDone(let place, _, _, _),
            .toolArgumentsDelta(let place, _), .toolArgumentsDone(let place, _):
            change(place) { $0.isOpen }
        default: break
        }
    }

    /// Audio came, which is no event.
    mutating func readAudio(_ place: RealtimeContentPlace) {
        require(place.contentIndex == 0, "\(place) is no part")
        change(place.output) { $0.isPartOpen && !$0.isAudioDone }
    }

    /// - Parameter body: returns whether the event may come now.
    private mutating func change(_ place: RealtimeOutputPlace, _ body: (inout Output) -> Bool) {
        guard outputs[place.response]?.indices.contains(place.outputIndex) == true,
            outputs[place.response]?[place.outputIndex].id == place.item
        else { return faults.append("\(place) is not there") }
        require(!doneResponses.contains(place.response), "\(place.response) goes on after its end")
        guard var output = outputs[place.response]?[place.outputIndex] else { return }
        require(body(&output), "\(place) is told of out of order: \(output)")
        outputs[place.response]?[place.outputIndex] = output
    }

    /// Nothing more comes.
    mutating func conclude() {
        for response in outputs.keys { require(doneResponses.contains(response), "\(response) is never done") }
    }
}
