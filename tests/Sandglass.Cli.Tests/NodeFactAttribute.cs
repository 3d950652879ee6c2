using Sandglass.Tests;

namespace Sandglass.Cli.Tests;

/// <summary>A test that needs Node.js; skipped, with the reason, where it is absent.</summary>
public sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = NodeFolder.Lacks;
}

/// <summary>One that also needs the shared goldens.</summary>
public sealed class NodeGoldenFactAttribute : FactAttribute
{
    public NodeGoldenFactAttribute() => Skip = NodeFolder.Lacks ?? (Shared.Folder is null ? "needs the shared goldens beside the checkout" : null);
}
