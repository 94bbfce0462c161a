/// What one check of `tom doctor` found.
struct Finding: Sendable, Equatable, Encodable {
    enum Status: String, Sendable, Equatable, Encodable {
        case ok
        /// Calls work, but something is amiss.
        case warning
        /// Calls do not work until this is put right.
        case failed
    }

    /// The check's name, stable for scripts: `stt`, `port`.
    let check: String
    let status: Status
    /// What was found.
    let detail: String
    /// What to do; `nil` when all is well.
    let fix: String?
    /// The code of the error that `tom serve` would end with, or that calls would meet: docs/operating.md explains it. `nil`
    /// where there is none.
    let code: String?

    static func ok(_ check: String, _ detail: String) -> Finding {
        Finding(check: check, status: .ok, detail: detail, fix: nil, code: nil)
    }

    static func warning(_ check: String, _ detail: String, fix: String, code: String? = nil) -> Finding {
        Finding(check: check, status: .warning, detail: detail, fix: fix, code: code)
    }

    static func failed(_ check: String, _ detail: String, fix: String, code: String? = nil) -> Finding {
        Finding(check: check, status: .failed, detail: detail, fix: fix, code: code)
    }

    /// The finding as a line, and one more where there is something to do.
    /// - Parameter mark: the status in a word.
    func lines(mark: String) -> String {
        let code = code.map { " [\($0)]" } ?? ""
        let fix = fix.map { "\n         \($0)" } ?? ""
        return "\(mark)  \(check): \(detail)\(code)\(fix)\n"
    }

    enum CodingKeys: String, CodingKey { case check, status, detail, fix, code }

    /// Writes `null` where there is no fix or code, so that every field is always there.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(check, forKey: .check)
        try container.encode(status, forKey: .status)
        try container.encode(detail, forKey: .detail)
        try container.encode(fix, forKey: .fix)
        try container.encode(code, forKey: .code)
    }
}
