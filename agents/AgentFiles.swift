/// The agent files that ship inside the binary, so that `tom serve` needs no file beside it.
public enum AgentFiles {
    /// `agents/receptionist.en.yaml`, UTF-8: the default agent.
    public static var english: [UInt8] { PackageResources.receptionist_en_yaml }
    /// `agents/receptionist.de.yaml`, UTF-8.
    public static var german: [UInt8] { PackageResources.receptionist_de_yaml }
}
