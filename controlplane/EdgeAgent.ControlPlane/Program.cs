using EdgeAgent.ControlPlane.Hosting;

return await ServerCommand.RunAsync(args);
