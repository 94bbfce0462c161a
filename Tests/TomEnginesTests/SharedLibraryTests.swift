import Foundation
import Testing

@testable import TomEngines

@Suite struct SharedLibraryTests {
    private func withFile(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "tom-no-library-\(UUID().uuidString).so"
        try Data("no library".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func failure(_ places: [String]) -> SharedLibrary.Failure? {
        do throws(SharedLibrary.Failure) {
            _ = try SharedLibrary.open(places)
            return nil
        } catch {
            return error
        }
    }

    @Test func theReasonIsThatOfAFileThatIsThere() throws {
        try withFile { path in
            let found = failure(["libtom-nowhere.so", "/nowhere/libtom.so", path, "/nowhere/other.so"])
            #expect(found?.present == path)
            #expect(found?.reason.contains(path) == true)
        }
    }

    @Test func whereNoneIsThereTheFirstIsNamed() {
        let found = failure(["libtom-nowhere.so", "/nowhere/libtom.so"])
        #expect(found?.present == nil)
        #expect(found?.reason.hasPrefix("libtom-nowhere.so") == true)
        #expect(failure([])?.present == nil)
    }

    @Test func onePlaceThatIsGoodIsEnough() throws {
        try withFile { path in
            let found = try SharedLibrary.open(["libtom-nowhere.so", path, "libm.so.6"])
            #expect(found.place == "libm.so.6")
        }
    }
}
