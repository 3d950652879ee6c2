namespace Sandglass.Planning;

/// <summary>A memory in which keys and values of a conversation can wait for its next turn.</summary>
/// <param name="Name"><c>accelerator</c>, <c>host</c> or <c>disk</c>.</param>
/// <param name="Bytes">Of a replica. Of its accelerators what running texts leave at full load.</param>
/// <param name="Texts">Conversations that it holds.</param>
/// <param name="Seconds">Of bringing one back.</param>
public readonly record struct CacheHome(string Name, double Bytes, double Texts, double Seconds);
