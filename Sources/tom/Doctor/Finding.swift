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

    static func ok(_ check: String, _ detail: String) -> Finding {
        Finding(check: check, status: .ok, detail: detail, fix: nil)
    }

    static func warning(_ check: String, _ detail: String, fix: String) -> Finding {
        Finding(check: check, status: .warning, detail: detail, fix: fix)
    }

    static func failed(_ check: String, _ detail: String, fix: String) -> Finding {
        Finding(check: check, status: .failed, detail: detail, fix: fix)
    }

    enum CodingKeys: String, CodingKey { case check, status, detail, fix }

    /// Writes `null` where there is no fix, so that every field is always there.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(check, forKey: .check)
        try container.encode(status, forKey: .status)
        try container.encode(detail, forKey: .detail)
        try container.encode(fix, forKey: .fix)
    }
}
