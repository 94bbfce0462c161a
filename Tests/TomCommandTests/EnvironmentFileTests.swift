import Testing

@testable import tom

@Suite struct EnvironmentFileTests {
    private func entries(_ text: String) -> [String: String] {
        Dictionary(EnvironmentFile(name: "f", text: text).entries.map { ($0.key, $0.value) }) { $1 }
    }

    @Test func assignmentsCommentsAndQuotesAreRead() {
        let text = """
            # a comment
            PORT=8080

            export HOST = 127.0.0.1
            JWT_SECRET="a b # c" # trailing
            JWT_ISSUER='x"y'
            LOG_LEVEL=debug # why
            JWT_AUDIENCE=a=b#c
            DATA_DIR=
            """
        #expect(
            entries(text) == [
                "PORT": "8080", "HOST": "127.0.0.1", "JWT_SECRET": "a b # c", "JWT_ISSUER": "x\"y",
                "LOG_LEVEL": "debug",
                "JWT_AUDIENCE": "a=b#c", "DATA_DIR": "",
            ])
    }

    @Test func linesAreNumberedFromOneAlsoWithWindowsLineEnds() {
        let file = EnvironmentFile(name: "f", text: "# x\r\n\r\nPORT=1\r\n")
        #expect(file.entries == [.init(key: "PORT", value: "1", line: 3)])
    }

    @Test(arguments: ["PORT 8080", "=1", "A-B=1", "1A=2", "X=\"open", "X='a' b"])
    func otherLinesAreProblems(line: String) {
        let file = EnvironmentFile(name: "f", text: "\n\(line)\n")
        #expect(file.entries.isEmpty)
        #expect(file.problems.map(\.key) == ["line 2"])
    }

    @Test func aProblemDoesNotRepeatTheLine() {
        let file = EnvironmentFile(name: "f", text: "JWT_SECRET:hunter2")
        #expect(!file.problems.map(\.description).joined().contains("hunter2"))
    }
}
