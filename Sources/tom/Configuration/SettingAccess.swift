import Configuration
import Synchronization

/// Notes which provider answered the latest read, which is how `tom config` knows a value's source.
final class SettingAccess: AccessReporter {
    private let last = Mutex(0)

    /// Index of the provider that supplied the latest value.
    var lastProviderIndex: Int { last.withLock { $0 } }

    /// A reader asks its providers in order and stops at the first value: the last result is the supplier's.
    func report(_ event: AccessEvent) {
        last.withLock { $0 = max(0, event.providerResults.count - 1) }
    }
}
