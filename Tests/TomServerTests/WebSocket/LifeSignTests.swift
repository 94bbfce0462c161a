import NIOCore
import NIOEmbedded
import Testing

@testable import TomServer

/// Pings and dead peers, in the event loop's virtual time.
struct LifeSignTests {
    private final class Endpoint: WebSocketEndpoint {
        var ends: [WebSocketEnd] = []
        var texts: [String] = []
        func opened(_ socket: WebSocketConnection) {}
        func received(text: UnsafeRawBufferPointer) { texts.append(String(decoding: text, as: UTF8.self)) }
        func received(binary: UnsafeRawBufferPointer) {}
        func received(frame bytes: Int) {}
        func writabilityChanged() {}
        func ended(_ end: WebSocketEnd) { ends.append(end) }
    }

    private func open() throws -> (EmbeddedChannel, WebSocketConnection, Endpoint) {
        let endpoint = Endpoint()
        let connection = WebSocketConnection(endpoint: endpoint, limits: WebSocketLimits())
        let channel = EmbeddedChannel(handler: connection)
        try channel.connect(to: .init(ipAddress: "127.0.0.1", port: 1)).wait()
        connection.open()
        return (channel, connection, endpoint)
    }

    private func frames(_ channel: EmbeddedChannel) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { bytes += Array(buffer.readableBytesView) }
        return bytes
    }

    @Test func aSilentPeerIsPingedOnceAndThenDropped() throws {
        let (channel, _, endpoint) = try open()
        channel.embeddedEventLoop.advanceTime(by: .seconds(19))
        #expect(try frames(channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try frames(channel) == [0x89, 0])
        channel.embeddedEventLoop.advanceTime(by: .seconds(20))
        #expect(endpoint.ends == [.unresponsive])
        #expect(!channel.isActive)
    }

    @Test func anythingHeardKeepsAPeer() throws {
        let (channel, connection, endpoint) = try open()
        for _ in 0..<10 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(20))
            #expect(try frames(channel) == [0x89, 0])
            try channel.writeInbound(ByteBuffer(bytes: TestFrame.bytes(10, [])))
        }
        // not only pongs: audio is a sign of life as well
        try channel.writeInbound(ByteBuffer(bytes: TestFrame.bytes(1, Array("hello".utf8))))
        channel.embeddedEventLoop.advanceTime(by: .seconds(20))
        #expect(connection.isOpen)
        #expect(endpoint.texts == ["hello"])
        #expect(endpoint.ends == [])
        _ = try channel.finish(acceptAlreadyClosed: true)
        #expect(endpoint.ends == [.lost])
    }

    @Test func aPeerThatIgnoresACloseIsClosedAfterAWhile() throws {
        let (channel, connection, endpoint) = try open()
        connection.close(code: 1000, reason: "done")
        #expect(try frames(channel) == [0x88, 6, 0x03, 0xE8] + Array("done".utf8))
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        // an endpoint that closed by itself is not told that it did
        #expect(endpoint.ends == [])
    }

    @Test func nothingIsDeliveredBehindAClose() throws {
        let (channel, connection, endpoint) = try open()
        connection.close(code: 1000, reason: "")
        try channel.writeInbound(
            ByteBuffer(bytes: TestFrame.bytes(1, Array("late".utf8)) + TestFrame.bytes(8, [3, 0xE8])))
        #expect(endpoint.texts == [])
        #expect(!channel.isActive)
    }
}
